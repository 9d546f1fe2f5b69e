package io.geminirelay.base.scan;

import java.util.Arrays;

/**
 * Notes where the values of one event stand while {@link StreamScanner} reads it byte by byte: what
 * stands between them is the event's form.
 */
final class EventLesson {
  private static final int MAX_VALUES = 64;

  private final MemberScanner json;
  private int[] from = new int[16];
  private int[] to = new int[16];
  private int[] paths = new int[16];
  private int values;
  private int begin;
  private int end;
  private boolean inValue;
  private boolean refused;

  /** Learns from what {@code json} reads, from {@code begin} on. */
  EventLesson(MemberScanner json, int begin) {
    this.json = json;
    this.begin = begin;
  }

  /** The scanner is about to read {@code b} at {@code index}, which belongs to the event's data. */
  void note(byte b, int index) {
    if (inValue && json.isBehindValue(b)) {
      to[values - 1] = index;
      inValue = false;
    }
    byte kind = JsonBytes.kind(b);
    boolean word = kind == JsonBytes.WORD;
    if (inValue || !json.awaitsMember() || (!word && kind != JsonBytes.QUOTE)) {
      return;
    }
    if (b == 't' || b == 'f' || b == 'n') {
      // There are three of these: they belong to the form.
      return;
    }
    int path = json.nextPath();
    // An element is not told to be a count, whatever the array's name.
    boolean told = AnswerFacts.isMute(path) || (AnswerFacts.isCount(path) && !json.inArray());
    if (!told || !Part.beginsValue(b) || values == MAX_VALUES) {
      refused = true;
    } else {
      value(index, path);
    }
  }

  private void value(int index, int path) {
    if (values == from.length) {
      from = Arrays.copyOf(from, 2 * values);
      to = Arrays.copyOf(to, 2 * values);
      paths = Arrays.copyOf(paths, 2 * values);
    }
    from[values] = index;
    paths[values++] = path;
    inValue = true;
  }

  /** The event has ended before {@code index}; whether its form can be told from its bytes. */
  boolean ended(int index) {
    end = index;
    return !refused && !inValue;
  }

  /** Values of the event; there is one part more. */
  int values() {
    return values;
  }

  /** Path of the value behind a part. */
  int path(int part) {
    return paths[part];
  }

  /** Index of a part's first byte. */
  int partFrom(int part) {
    return part == 0 ? begin : to[part - 1];
  }

  /** Index behind a part. */
  int partTo(int part) {
    return part == values ? end : from[part];
  }
}
