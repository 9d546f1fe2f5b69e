package io.geminirelay.base.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of an event between two of its values, with the parts that were seen to follow the
 * value behind it; or the stretch that ends the event. Belongs to one {@link EventForms}.
 */
final class Part {
  private static final int MAX_BRANCHES = 8;
  private static final int MAX_DIGITS = 18;
  private static final byte[] NO_BYTES = {};
  private static final Part[] NO_PARTS = {};
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final boolean last;
  private final int eventBits;

  /** Path of the value behind, where the scanner keeps it. */
  private final int path;

  private final boolean counted;
  private final boolean isKept;
  private Part[] next = NO_PARTS;

  private Part(byte[] bytes, boolean last, int eventBits, int path) {
    this.bytes = bytes;
    this.last = last;
    this.eventBits = eventBits;
    this.path = path;
    this.counted = AnswerFacts.isCount(path);
    this.isKept = AnswerFacts.isKept(path);
  }

  /** What stands before each event: nothing. */
  static Part first() {
    return new Part(NO_BYTES, false, 0, MemberPaths.NONE);
  }

  /** Bytes before the value of {@code path}, or before one that the scanner does not keep. */
  static Part before(byte[] bytes, int path) {
    return new Part(bytes, false, 0, path);
  }

  /** Bytes that end an event of which {@code eventBits} is known. */
  static Part last(byte[] bytes, int eventBits) {
    return new Part(bytes, true, eventBits, MemberPaths.NONE);
  }

  int length() {
    return bytes.length;
  }

  boolean endsEvent() {
    return last;
  }

  int eventBits() {
    return eventBits;
  }

  /** The part with exactly {@code bytes} among those that follow. */
  @Nullable Part same(byte[] bytes) {
    for (Part part : next) {
      if (Arrays.equals(part.bytes, bytes)) {
        return part;
      }
    }
    return null;
  }

  /** Adds a part that may follow; false if there are too many. */
  boolean add(Part part) {
    if (next.length == MAX_BRANCHES) {
      return false;
    }
    Part[] more = Arrays.copyOf(next, next.length + 1);
    more[next.length] = part;
    next = more;
    return true;
  }

  /** Whether what follows may begin with {@code b}. */
  boolean mayBegin(byte b) {
    for (Part part : next) {
      if (part.bytes.length > 0 && part.bytes[0] == b) {
        return true;
      }
    }
    return false;
  }

  /** The part that stands at {@code from}, before a value or the end of the event. */
  @Nullable Part after(byte[] block, int from, int to) {
    for (Part part : next) {
      int end = from + part.bytes.length;
      if ((part.last ? end <= to : end < to && beginsValue(block[end]))
          && Arrays.equals(block, from, end, part.bytes, 0, part.bytes.length)) {
        return part;
      }
    }
    return null;
  }

  /** Whether one of the parts that follow begins with all that is left from {@code from} on. */
  boolean isCut(byte[] block, int from, int to) {
    for (Part part : next) {
      int length = to - from;
      if (length <= part.bytes.length && Arrays.equals(block, from, to, part.bytes, 0, length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code b} begins a value that is passed over. */
  static boolean beginsValue(byte b) {
    return b == '"' || (b >= '0' && b <= '9') || b == '-';
  }

  /** Passes over the value that begins at {@code from}: the index behind it, or why not. */
  int value(byte[] block, int from, int to, AnswerFacts facts) {
    byte first = block[from];
    if (counted) {
      return first == '"' ? EventForms.UNKNOWN : count(block, from, to, facts);
    }
    return first == '"' ? text(block, from + 1, to) : number(block, from, to);
  }

  private int count(byte[] block, int from, int to, AnswerFacts facts) {
    long value = 0;
    int i = from;
    while (i < to && block[i] >= '0' && block[i] <= '9') {
      value = value * 10 + (block[i] - '0');
      i++;
    }
    if (i == to) {
      return EventForms.CUT;
    }
    if (i == from || i - from > MAX_DIGITS || JsonBytes.kind(block[i]) == JsonBytes.WORD) {
      return EventForms.UNKNOWN;
    }
    facts.count(path, value);
    return i;
  }

  private static int number(byte[] block, int from, int to) {
    int i = from;
    while (i < to && JsonBytes.kind(block[i]) == JsonBytes.WORD) {
      i++;
    }
    return i == to ? EventForms.CUT : i;
  }

  private int text(byte[] block, int from, int to) {
    int i = stop(block, from, to);
    while (i < to && block[i] != '"') {
      // An escape within a value that is kept may reach further than one byte.
      if (block[i] != '\\' || isKept) {
        return EventForms.UNKNOWN;
      }
      if (i + 1 < to && JsonBytes.kind(block[i + 1]) == JsonBytes.LINE_END) {
        return EventForms.UNKNOWN;
      }
      i = stop(block, i + 2, to);
    }
    return i < to ? i + 1 : EventForms.CUT;
  }

  /** Index of the first quote, backslash or control byte, or {@code to} or more. */
  private static int stop(byte[] block, int from, int to) {
    int i = from;
    for (int end = to - Long.BYTES; i <= end; i += Long.BYTES) {
      long marks = JsonBytes.stringStops((long) LONGS.get(block, i));
      if (marks != 0) {
        return i + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    while (i < to && block[i] != '"' && block[i] != '\\' && (block[i] < 0 || block[i] >= ' ')) {
      i++;
    }
    return i;
  }
}
