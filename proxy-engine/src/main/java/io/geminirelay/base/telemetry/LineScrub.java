package io.geminirelay.base.telemetry;

import io.geminirelay.base.scan.KeyForm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes credentials out of finished lines of the log, whichever way they got there: each becomes
 * {@code ***}. The last line of defence; nothing should be logged that has one.
 *
 * <p>Taken out are the texts that it knows and whatever has the {@link KeyForm form} of Google's
 * API keys. A line without any costs one look at each of its bytes, however many are known.
 * Immutable.
 */
final class LineScrub {
  /** Knows the forms alone. */
  static final LineScrub FORMS = new LineScrub(Set.of());

  /** What is shorter may be a word of any line, and masking it would spoil the log. */
  static final int LEAST_CHARS = 8;

  private static final byte[] MASK = {'*', '*', '*'};
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Set<String> known;

  /** Whether anything begins with a byte. */
  private final boolean[] firstBytes = new boolean[256];

  /** The first eight bytes of what is known, each where its hash has a place for it, or behind. */
  private final long[] beginnings;

  /** What begins so; null where a place is free. There are always free ones. */
  private final byte[] @Nullable [][] texts;

  private LineScrub(Set<String> known) {
    this.known = known;
    int places = Integer.highestOneBit(2 * known.size() + 1) << 1;
    this.beginnings = new long[places];
    this.texts = new byte[places][][];
    firstBytes[KeyForm.FIRST] = true;
    for (String each : known) {
      byte[] text = each.getBytes(StandardCharsets.UTF_8);
      firstBytes[text[0] & 0xFF] = true;
      int place = place((long) WORDS.get(text, 0));
      byte[][] before = texts[place];
      byte[][] after = before == null ? new byte[1][] : Arrays.copyOf(before, before.length + 1);
      after[after.length - 1] = text;
      texts[place] = after;
      beginnings[place] = (long) WORDS.get(text, 0);
    }
  }

  /** The place of {@code beginning}, or the free one where it would be. */
  private int place(long beginning) {
    int mask = beginnings.length - 1;
    int place = Long.hashCode(beginning * 0x9E3779B97F4A7C15L) & mask;
    while (texts[place] != null && beginnings[place] != beginning) {
      place = place + 1 & mask;
    }
    return place;
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
      int length = firstBytes[bytes[i] & 0xFF] ? length(bytes, i, end) : 0;
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
  private int length(byte[] bytes, int index, int end) {
    int longest = bytes[index] == KeyForm.FIRST ? keyLength(bytes, index, end) : 0;
    byte[][] candidates =
        end - index < LEAST_CHARS ? null : texts[place((long) WORDS.get(bytes, index))];
    if (candidates == null) {
      return longest;
    }
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
