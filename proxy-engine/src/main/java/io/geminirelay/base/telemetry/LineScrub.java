package io.geminirelay.base.telemetry;

import io.geminirelay.base.scan.KeyForm;
import java.io.ByteArrayOutputStream;
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
  private final byte[] @Nullable [][] byFirstByte = new byte[256][][];

  private LineScrub(Set<String> known) {
    this.known = known;
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
      if (each.length() >= LEAST_CHARS && keyLength(text, 0) < text.length) {
        all.add(each);
      }
    }
    return all.size() == known.size() ? this : new LineScrub(all);
  }

  /** {@code line} without credentials; the same if it has none. */
  byte[] clean(byte[] line) {
    ByteArrayOutputStream cleaned = null;
    int copied = 0;
    for (int i = 0; i < line.length; i++) {
      int length =
          line[i] == KeyForm.FIRST || byFirstByte[line[i] & 0xFF] != null ? length(line, i) : 0;
      if (length > 0) {
        if (cleaned == null) {
          cleaned = new ByteArrayOutputStream(line.length);
        }
        cleaned.write(line, copied, i - copied);
        cleaned.writeBytes(MASK);
        copied = i + length;
        i = copied - 1;
      }
    }
    if (cleaned == null) {
      return line;
    }
    cleaned.write(line, copied, line.length - copied);
    return cleaned.toByteArray();
  }

  /** Length of the longest credential that begins at {@code index}; 0 if none does. */
  private int length(byte[] line, int index) {
    int longest = keyLength(line, index);
    byte[][] candidates = byFirstByte[line[index] & 0xFF];
    if (candidates != null) {
      for (byte[] each : candidates) {
        if (each.length > longest && startsWith(line, index, each)) {
          longest = each.length;
        }
      }
    }
    return longest;
  }

  private static int keyLength(byte[] line, int index) {
    return KeyForm.lengthAt(at -> line[at], index, line.length);
  }

  private static boolean startsWith(byte[] line, int index, byte[] start) {
    if (line.length - index < start.length) {
      return false;
    }
    for (int i = 0; i < start.length; i++) {
      if (line[index + i] != start[i]) {
        return false;
      }
    }
    return true;
  }
}
