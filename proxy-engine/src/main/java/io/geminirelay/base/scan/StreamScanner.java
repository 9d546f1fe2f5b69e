package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer's body as it passes and keeps what the engine must know of it.
 *
 * <p>Understood without being told which it is: event streams (WHATWG HTML, section 9.2.6) with any
 * line end, in Gemini's native, OpenAI and interactions dialects; a JSON array written piece by
 * piece; one JSON value; and a bare JSON error appended to an event stream or sent instead of one,
 * as Google does. Anything else is left unread.
 *
 * <p>An event counts once its blank line has come, an array element or object once it is closed.
 * Usage, finish and error are kept as soon as they are read. The end mark {@code [DONE]} is no
 * event.
 *
 * <p>Reusable through {@link #reset}. Not thread-safe: it belongs to one answer on one event loop.
 * It borrows each buffer for the call alone, moves no index and allocates only for an error's
 * status and a form it learns.
 */
public final class StreamScanner {
  private final @Nullable EventForms forms;
  private final AnswerFacts facts = new AnswerFacts();
  private final MemberScanner json = facts.scanner();
  private final EndMark mark = new EndMark();
  private BodyShape shape = BodyShape.UNDECIDED;
  private LinePlace state = LinePlace.LINE_START;
  private boolean afterReturn;
  private boolean inEvent;
  private boolean hasData;
  private boolean doneSeen;
  private boolean malformed;
  private boolean cutShort;
  private long field;
  private int fieldLength;
  private long offset;

  /** Reads each byte. */
  public StreamScanner() {
    this(null);
  }

  /**
   * Passes over events of known forms.
   *
   * @param forms those of the event loop; learns from what is read; null to read each byte
   */
  public StreamScanner(@Nullable EventForms forms) {
    this.forms = forms;
  }

  /** Forgets everything, to read another body; {@link #usage} is another object then. */
  public void reset() {
    facts.reset();
    json.reset();
    shape = BodyShape.UNDECIDED;
    state = LinePlace.LINE_START;
    afterReturn = false;
    inEvent = false;
    hasData = false;
    doneSeen = false;
    malformed = false;
    cutShort = false;
    offset = 0;
  }

  /**
   * Reads the next bytes of the body.
   *
   * @param buf borrowed; neither index is used or moved
   * @param from index of the first byte
   * @param to index behind the last byte
   */
  public void look(ByteBuf buf, int from, int to) {
    json.origin(offset - from);
    boolean first = offset == 0 && EventField.isData(buf, from, to);
    int i = first ? events(buf, from, to) : from;
    while (i < to && shape != BodyShape.FOREIGN) {
      i = beforeEvent() ? events(buf, i, to) : i;
      i = i < to ? step(buf, i, to) : i;
    }
    offset += to - from;
  }

  /** Whether nothing that was read matters for what comes, which begins an event. */
  boolean beforeEvent() {
    return state == LinePlace.LINE_START && !inEvent && !afterReturn && shape == BodyShape.EVENTS;
  }

  /** Passes over events of known forms, and learns the form of the next. */
  private int events(ByteBuf buf, int from, int to) {
    EventForms known = forms;
    int i = known == null ? from : known.pass(buf, from, to, facts);
    shape = i > from ? BodyShape.EVENTS : shape;
    return known != null && i < to && known.lessonDue() ? known.learn(this, buf, i, to) : i;
  }

  /** Reads the byte at {@code i} alone, of which {@code lesson} is told before. */
  int read(ByteBuf buf, int i, EventLesson lesson) {
    int next = i;
    while (next == i) {
      if (state == LinePlace.DATA) {
        lesson.note(buf.getByte(i), i);
      }
      next = step(buf, i, i + 1);
    }
    return next;
  }

  AnswerFacts facts() {
    return facts;
  }

  private int step(ByteBuf buf, int i, int to) {
    return switch (state) {
      case LINE_START -> lineStart(buf.getByte(i), i);
      case FIELD -> fieldByte(buf.getByte(i), i);
      case BLANK_OR_DATA -> {
        state = LinePlace.DATA;
        byte b = buf.getByte(i);
        if (!hasData && (b == ' ' || b == '[')) {
          state = b == '[' ? LinePlace.MARK_OR_ARRAY : LinePlace.BLANK_OR_DATA;
          yield i + 1;
        }
        yield i;
      }
      case DATA -> data(buf, i, to);
      case MARK_OR_ARRAY -> markOrArray(buf, i);
      case MARK -> mark(buf.getByte(i), i);
      case REST_OF_LINE -> {
        int end = JsonBytes.lineEnd(buf, i, to);
        yield end == to ? end : endLine(buf.getByte(end), end);
      }
      case BARE -> bare(buf, i, to);
    };
  }

  private int lineStart(byte b, int i) {
    if (b == '\n' && afterReturn) {
      afterReturn = false;
      return i + 1;
    }
    afterReturn = b == '\r';
    if (b == '\n' || b == '\r') {
      endEvent(json.origin() + i + 1, b == '\r' ? "\n" : "");
      return i + 1;
    }
    if (shape == BodyShape.UNDECIDED
        && (JsonBytes.isByteOrderMark(b) || JsonBytes.kind(b) == JsonBytes.SPACE)) {
      return i + 1;
    }
    if (b == '{' || b == '[') {
      beginBare(b, json.origin() + i);
      return i;
    }
    if (!inEvent) {
      inEvent = true;
      facts.eventBegan();
    }
    state = LinePlace.FIELD;
    field = 0;
    fieldLength = 0;
    return i;
  }

  private void beginBare(byte first, long at) {
    endEvent(at, "\r\n");
    if (shape == BodyShape.UNDECIDED) {
      shape = first == '[' ? BodyShape.ARRAY : BodyShape.OBJECT;
    }
    facts.bareBegan();
    json.stopAtLineEnd(false);
    state = LinePlace.BARE;
  }

  private int bare(ByteBuf buf, int i, int to) {
    int next = json.look(buf, i, to);
    if (json.atRest()) {
      malformed |= json.malformed();
      json.reset();
      state = LinePlace.REST_OF_LINE;
    }
    return next;
  }

  private int fieldByte(byte b, int i) {
    boolean lineEnd = b == '\n' || b == '\r';
    if (b != ':' && !lineEnd) {
      if (++fieldLength <= EventField.MAX_BYTES) {
        field = (field << 8) | (b & 0xFF);
      }
      return i + 1;
    }
    long name = fieldLength > EventField.MAX_BYTES ? -1 : field;
    if (shape == BodyShape.UNDECIDED) {
      shape = EventField.isKnown(name) ? BodyShape.EVENTS : BodyShape.FOREIGN;
    }
    if (lineEnd) {
      return endLine(b, i);
    }
    state = name == EventField.DATA ? LinePlace.BLANK_OR_DATA : LinePlace.REST_OF_LINE;
    json.stopAtLineEnd(true);
    return i + 1;
  }

  private int data(ByteBuf buf, int from, int to) {
    byte first = buf.getByte(from);
    hasData |= first != '\n' && first != '\r';
    // A line end goes there too: it ends a number that came with the piece before.
    int i = json.look(buf, from, to);
    if (i < to) {
      byte b = buf.getByte(i);
      if (b == '\n' || b == '\r') {
        return endLine(b, i);
      }
    }
    return i;
  }

  private int markOrArray(ByteBuf buf, int i) {
    hasData = true;
    if (buf.getByte(i) == 'D') {
      state = LinePlace.MARK;
      mark.begin();
      return i;
    }
    // The bracket was held back while it could have begun the end mark.
    json.beginArray();
    state = LinePlace.DATA;
    return i;
  }

  private int mark(byte b, int i) {
    if (b == '\n' || b == '\r') {
      endMark();
      return endLine(b, i);
    }
    if (!mark.take(b)) {
      facts.foreign();
      malformed = true;
      state = LinePlace.REST_OF_LINE;
    }
    return i + 1;
  }

  private void endMark() {
    if (mark.isWhole()) {
      doneSeen = true;
      hasData = false;
    } else {
      facts.foreign();
      malformed = true;
    }
  }

  private int endLine(byte b, int i) {
    afterReturn = b == '\r';
    state = LinePlace.LINE_START;
    return i + 1;
  }

  private void endEvent(long end, String rest) {
    if (hasData) {
      json.finish();
      if (json.malformed()) {
        facts.foreign();
      }
      malformed |= json.malformed() || !json.atRest();
      facts.eventEnded(end, rest);
    }
    if (inEvent) {
      json.reset();
    }
    hasData = false;
    inEvent = false;
  }

  /**
   * Says that the body has ended. An event whose blank line is missing is counted if its JSON is
   * complete, since lenient clients read it; the ending is {@link Ending#TRUNCATED} all the same.
   */
  public void end() {
    boolean inMark = state == LinePlace.MARK || state == LinePlace.MARK_OR_ARRAY;
    if (state == LinePlace.MARK && mark.isWhole()) {
      endMark();
    }
    json.finish();
    cutShort = state == LinePlace.BARE || hasData || (state == LinePlace.FIELD && fieldLength > 0);
    if (hasData && json.atRest() && !inMark) {
      endEvent(offset, "");
    }
  }

  /** What the body looks like, to be asked after {@link #end}. */
  public Ending endedCleanly() {
    if (shape == BodyShape.FOREIGN || (shape == BodyShape.UNDECIDED && state == LinePlace.FIELD)) {
      return Ending.UNKNOWN;
    }
    if (shape == BodyShape.UNDECIDED) {
      return Ending.EMPTY;
    }
    if (doneSeen) {
      return Ending.WHOLE;
    }
    if (cutShort) {
      return Ending.TRUNCATED;
    }
    if (shape == BodyShape.EVENTS && facts.events() == 0) {
      return Ending.EMPTY;
    }
    if (shape != BodyShape.EVENTS
        || finishReason() != FinishReason.NONE
        || facts.blocked()
        || errorSeen()) {
      return Ending.WHOLE;
    }
    return facts.dialectKnown() ? Ending.TRUNCATED : Ending.UNKNOWN;
  }

  /** Bytes read so far. */
  public long offset() {
    return offset;
  }

  /** Whether an SSE comment could be put in here without touching an event. */
  public boolean betweenEvents() {
    boolean events = shape == BodyShape.UNDECIDED || shape == BodyShape.EVENTS;
    return events && state == LinePlace.LINE_START && !inEvent && !afterReturn;
  }

  /** Complete events, array elements or bare objects so far. */
  public int events() {
    return facts.events();
  }

  /**
   * True once a complete event carried content: a candidate with parts or a finish reason, prompt
   * feedback, OpenAI choices, or, in other shapes, anything but an error, usage and metadata.
   */
  public boolean contentSeen() {
    return facts.contentSeen();
  }

  /** True once an object named {@code error} began at the top of an event or value. */
  public boolean errorSeen() {
    return facts.errorSeen();
  }

  /** True once an event, element or bare object that is an error was read whole, before content. */
  public boolean errorFirst() {
    return facts.errorFirst();
  }

  /** The first error's numeric code, 0 if it has none. */
  public int errorCode() {
    return facts.errorCode();
  }

  /** The first error's status such as RESOURCE_EXHAUSTED, or its code where that is a string. */
  public @Nullable String errorStatus() {
    return facts.errorStatus();
  }

  /** Offset of the bracket that begins the first error; -1 without one. */
  public long errorFrom() {
    return facts.errorFrom();
  }

  /** Offset behind the event, element or object that is the first error; -1 before its end. */
  public long errorEnd() {
    return facts.errorEnd();
  }

  /** What a body that ended with the first error would lack: a line end, a bracket, or nothing. */
  public String errorRest() {
    return facts.errorRest();
  }

  /** Token counts, last value seen of each; a live view. */
  public TokenCounts usage() {
    return facts.usage();
  }

  /** The last reason to finish; more content can follow all the same. */
  public FinishReason finishReason() {
    return facts.finish();
  }

  /** True once {@code data: [DONE]} was read. */
  public boolean doneSeen() {
    return doneSeen;
  }

  /** True if something that should be JSON was not. */
  public boolean malformed() {
    return malformed || json.malformed();
  }
}
