package io.geminirelay.base.telemetry;

import io.geminirelay.base.scan.KeyForm;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes credentials out of finished lines of the log, whichever way they got there: each becomes
 * {@code ***}. The last line of defence; nothing should be logged that has one.
 *
 * <p>Taken out are the texts that it knows and whatever has the {@link KeyForm form} of Google's
 * API keys. A line without any costs one look at each of its bytes. Immutable.
 */
final class LineScrub {
  /** Knows the forms alone. */
  static final LineScrub FORMS = new LineScrub(Set.of());

  /** What is shorter may be a word of any line, and masking it would spoil the log. */
  static final int LEAST_CHARS = 8;

  private static final byte[] MASK = {'*', '*', '*'};

  private final Set<String> known;

  /** What may begin with a byte; null where nothing does. */
  private final byte[] @Nullable [][] byFirstByte = new byte[256][][];

  private LineScrub(Set<String> known) {
    this.known = known;
    byFirstByte[KeyForm.FIRST] = new byte[0][];
    for (String each : known) {
      byte[] text = each.getBytes(StandardCharsets.UTF_8);
      byte[][] before = byFirstByte[text[0] & 0xFF];
      byte[][] after = new byte[before == null ? 1 : before.length + 1][];
      if (before != null) {
        System.arraycopy(before, 0, after, 0, before.length);
      }
      after[after.length - 1] = text;
      byFirstByte[text[0] & 0xFF] = after;
    }
  }

  /** One that knows {@code more} too; what has the form of a key need not be remembered. */
  LineScrub with(Collection<String> more) {
    Set<String> all = new LinkedHashSet<>(known);
    for (String each : more) {
      byte[] text = each.getBytes(StandardCharsets.UTF_8);
      if (each.length() >= LEAST_CHARS && keyLength(text, 0, text.length) < text.length) {
        all.add(each);
      }
    }
    return all.size() == known.size() ? this : new LineScrub(all);
  }

  /**
   * Takes credentials out of the bytes from {@code start} to {@code end}, and moves what follows
   * them.
   *
   * @return where the bytes end then
   */
  int clean(byte[] bytes, int start, int end) {
    int clean = start;
    int copied = start;
    for (int i = start; i < end; i++) {
      byte[][] candidates = byFirstByte[bytes[i] & 0xFF];
      int length = candidates == null ? 0 : length(bytes, i, end, candidates);
      if (length > 0) {
        // The mask is shorter than any credential, so that it writes over nothing that is to come.
        clean = move(bytes, copied, i, clean);
        System.arraycopy(MASK, 0, bytes, clean, MASK.length);
        clean += MASK.length;
        copied = i + length;
        i = copied - 1;
      }
    }
    return move(bytes, copied, end, clean);
  }

  private static int move(byte[] bytes, int start, int end, int to) {
    if (start != to) {
      System.arraycopy(bytes, start, bytes, to, end - start);
    }
    return to + end - start;
  }

  /** Length of the longest credential that begins at {@code index}; 0 if none does. */
  private static int length(byte[] bytes, int index, int end, byte[][] candidates) {
    int longest = bytes[index] == KeyForm.FIRST ? keyLength(bytes, index, end) : 0;
    for (byte[] each : candidates) {
      if (each.length > longest && startsWith(bytes, index, end, each)) {
        longest = each.length;
      }
    }
    return longest;
  }

  private static int keyLength(byte[] bytes, int index, int end) {
    return KeyForm.lengthAt(at -> bytes[at], index, end);
  }

  private static boolean startsWith(byte[] bytes, int index, int end, byte[] start) {
    if (end - index < start.length) {
      return false;
    }
    for (int i = 0; i < start.length; i++) {
      if (bytes[index + i] != start[i]) {
        return false;
      }
    }
    return true;
  }
}
