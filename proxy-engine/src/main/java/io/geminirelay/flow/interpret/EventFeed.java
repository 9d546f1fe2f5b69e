package io.geminirelay.flow.interpret;

import io.geminirelay.base.scan.JsonScanner;
import io.netty.buffer.ByteBuf;

/**
 * Finds the JSON in Google's answer and feeds it to a {@link JsonScanner}: the data of server-sent
 * events with any line end, with a byte order mark or without (WHATWG HTML, section 9.2.6), or a
 * body that is JSON itself, also where it follows events, as an error without a {@code data:} does.
 *
 * <p>Keeps its place in the line, so that a body may be cut anywhere. Borrows each buffer for the
 * call alone. Not thread-safe.
 */
final class EventFeed {
  private enum State {
    /** In the byte order mark before everything; becomes LINE_START, REST. */
    MARK,
    /** At the beginning of a line; becomes any other. */
    LINE_START,
    /** Inside {@code data:}; becomes DATA, REST, LINE_START. */
    FIELD,
    /** Behind {@code data:}; becomes LINE_START. */
    DATA,
    /** In a line of no interest; becomes LINE_START. */
    REST,
    /** In JSON without events; final. */
    BARE
  }

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] DATA_FIELD = {'d', 'a', 't', 'a', ':'};

  private final JsonScanner json;
  private final AnswerReader reader;
  private State state = State.LINE_START;
  private int fieldLength;
  private boolean begun;
  private boolean afterReturn;
  private boolean commented;
  private boolean broken;

  EventFeed(JsonScanner json, AnswerReader reader) {
    this.json = json;
    this.reader = reader;
  }

  /** Whether a comment was read since this was last asked. */
  boolean tookComment() {
    boolean seen = commented;
    commented = false;
    return seen;
  }

  /** Whether what should be JSON is not, or is not whole. */
  boolean broken() {
    return broken || json.malformed();
  }

  /** Reads the bytes from index {@code from} to before index {@code to}. */
  void look(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to) {
      i =
          switch (state) {
            case LINE_START -> lineStart(buf.getByte(i), i);
            case MARK -> mark(buf.getByte(i), i);
            case FIELD -> field(buf.getByte(i), i);
            case DATA -> line(buf, i, to, true);
            case REST -> line(buf, i, to, false);
            case BARE -> {
              json.look(buf, i, to);
              yield to;
            }
          };
    }
  }

  private int lineStart(byte b, int i) {
    if (b == '\n' || b == '\r') {
      if (b == '\r' || !afterReturn) {
        // The event ends here, whole or not.
        broken |= !reader.atRest();
      }
      afterReturn = b == '\r';
      return i + 1;
    }
    afterReturn = false;
    if (!begun && (b == ' ' || b == '\t')) {
      return i + 1;
    }
    boolean first = !begun;
    begun = true;
    fieldLength = 0;
    if (first && b == BYTE_ORDER_MARK[0]) {
      state = State.MARK;
      return i;
    }
    if (b == '{' || b == '[') {
      state = State.BARE;
      return i;
    }
    if (b == ':') {
      commented = true;
    }
    state = b == ':' ? State.REST : State.FIELD;
    return i;
  }

  private int mark(byte b, int i) {
    if (b != BYTE_ORDER_MARK[fieldLength]) {
      state = State.REST;
      return i;
    }
    if (++fieldLength == BYTE_ORDER_MARK.length) {
      state = State.LINE_START;
    }
    return i + 1;
  }

  private int field(byte b, int i) {
    if (b != DATA_FIELD[fieldLength]) {
      state = State.REST;
      return i;
    }
    if (++fieldLength == DATA_FIELD.length) {
      state = State.DATA;
    }
    return i + 1;
  }

  private int line(ByteBuf buf, int from, int to, boolean data) {
    int feed = buf.indexOf(from, to, (byte) '\n');
    int end = feed < 0 ? to : feed;
    int turn = buf.indexOf(from, end, (byte) '\r');
    end = turn < 0 ? end : turn;
    if (data && end > from) {
      json.look(buf, from, end);
    }
    if (end == to) {
      return to;
    }
    afterReturn = buf.getByte(end) == '\r';
    state = State.LINE_START;
    return end + 1;
  }

  /** Says that no more bytes follow; a response that is whole counts without its blank line too. */
  void finish() {
    broken |= !json.finish();
  }
}
