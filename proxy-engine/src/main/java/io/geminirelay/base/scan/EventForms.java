package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;

/**
 * The forms of events that streams repeat, so that an event of a known form is told without being
 * read byte by byte.
 *
 * <p>Events of a stream differ in their texts and numbers, hardly in what stands between: line
 * beginnings, brackets, names, literals. A {@link Part} is such a stretch, up to the next value or
 * to the end of the event; parts form a tree, since what may follow depends on what came before.
 * {@link StreamScanner} is a machine whose state behind a value does not depend on the value, as
 * long as that is one of those that are not kept, or a count. So behind the same parts it stands
 * where it stood when they were learned, and all that an event of a known form tells are its counts
 * and {@link AnswerFacts#eventBits() what its members are}. Whatever is not as it was then (a
 * finish reason, an error, another name, an event that is cut) is left to the scanner.
 *
 * <p>One belongs to an event loop: the streams of a loop learn from each other. Memory is bounded:
 * when the tree, or one of its branchings, is full it begins anew. Where events do not repeat,
 * learning ceases but for one event in {@value #LESSON_COST}. Holds names and punctuation, no value
 * of any answer.
 */
public final class EventForms {
  /** The event is not of a known form. */
  static final int UNKNOWN = -1;

  /** The bytes end before the event. */
  static final int CUT = -2;

  private static final int BLOCK_BYTES = 8192;

  /** Copied first, for what turns out to be of no known form. */
  private static final int FIRST_BYTES = 512;

  private static final int MAX_PARTS = 512;
  private static final int MAX_PART_BYTES = 512;

  private static final int LESSON_COST = 32;
  private static final int MAX_CREDIT = 16 * LESSON_COST;

  /** A copy of what is compared, since reading an array is cheaper by far than reading a buffer. */
  private final byte[] block = new byte[BLOCK_BYTES];

  private Part root = Part.first();
  private int parts;
  private int credit = MAX_CREDIT;
  private boolean lessonDue;

  /** Knows no form yet. */
  public EventForms() {}

  /**
   * Passes over events of known forms, from the beginning of one.
   *
   * @return the index of the first event, or beginning of one, that has to be read
   */
  int pass(ByteBuf buf, int from, int to, AnswerFacts facts) {
    int at = from;
    int passed = 0;
    int result = UNKNOWN;
    int window = FIRST_BYTES;
    boolean wider = from < to && root.mayBegin(buf.getByte(from));
    while (at < to && (wider || (result == CUT && passed > 0))) {
      int length = Math.min(to - at, window);
      wider = window < BLOCK_BYTES && length < to - at;
      window = BLOCK_BYTES;
      buf.getBytes(at, block, 0, length);
      passed = 0;
      result = passEvent(0, length, facts);
      while (result > 0) {
        passed = result;
        result = passed < length ? passEvent(passed, length, facts) : CUT;
      }
      at += passed;
      wider &= result == CUT;
    }
    credit = Math.min(credit + 1, MAX_CREDIT);
    lessonDue = result == UNKNOWN && credit >= LESSON_COST;
    return at;
  }

  /** Whether the event that {@link #pass} stopped at is to be learned. */
  boolean lessonDue() {
    return lessonDue;
  }

  private int passEvent(int from, int to, AnswerFacts facts) {
    Part part = root;
    int i = from;
    while (i >= 0) {
      Part next = part.after(block, i, to);
      if (next == null) {
        return part.isCut(block, i, to) ? CUT : UNKNOWN;
      }
      i += next.length();
      if (next.endsEvent()) {
        facts.passed(next.eventBits());
        return i;
      }
      i = next.value(block, i, to, facts);
      part = next;
    }
    return i;
  }

  /**
   * Has {@code scanner} read an event and learns its form, unless it is not whole or not plain.
   *
   * @return the index behind what was read
   */
  int learn(StreamScanner scanner, ByteBuf buf, int from, int to) {
    lessonDue = false;
    credit -= LESSON_COST;
    AnswerFacts facts = scanner.facts();
    EventLesson lesson = new EventLesson(facts.scanner(), from);
    int number = facts.events() + 1;
    int i = from;
    do {
      i = scanner.read(buf, i, lesson);
    } while (i < to && !scanner.beforeEvent());
    boolean whole = lesson.ended(i) && scanner.beforeEvent() && facts.events() == number;
    // Without a value none of its members was looked at: it is no object.
    boolean told = whole && lesson.values() > 0;
    if (told && !scanner.malformed() && AnswerFacts.isPlain(facts.eventBits())) {
      keep(buf, lesson, facts.eventBits());
    }
    return i;
  }

  private void keep(ByteBuf buf, EventLesson lesson, int eventBits) {
    if (parts + lesson.values() >= MAX_PARTS) {
      forget();
    }
    Part part = root;
    for (int i = 0; i <= lesson.values(); i++) {
      int length = lesson.partTo(i) - lesson.partFrom(i);
      if (length > MAX_PART_BYTES) {
        return;
      }
      byte[] bytes = new byte[length];
      buf.getBytes(lesson.partFrom(i), bytes);
      Part next = part.same(bytes);
      if (next == null) {
        boolean last = i == lesson.values();
        next = last ? Part.last(bytes, eventBits) : Part.before(bytes, lesson.path(i));
        if (!part.add(next)) {
          forget();
          return;
        }
        parts++;
      }
      part = next;
    }
  }

  private void forget() {
    root = Part.first();
    parts = 0;
  }
}
