package io.geminirelay.base.scan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Jackson's non-blocking parser, fed from {@link ByteBuf}s cut anywhere.
 *
 * <p>The parser sees the structure, the names, the numbers and an empty string for every string
 * value; the insides of these go to the {@link JsonListener} as they pass. So a string of a hundred
 * megabytes costs no memory, and a document's texts are read once. Several documents may follow one
 * another.
 *
 * <p>As Google's parser does, it takes trailing commas, single quotes, names without quotes,
 * unknown escapes, raw control characters, and numbers that begin with a plus, a point or zeros. Of
 * digits in a row the parser sees only the first, so that a number may have any length. Nesting and
 * names are bounded; what passes a bound, or is no JSON, makes it {@link #malformed}, after which
 * nothing more is read. Not thread-safe. Borrows each buffer for the call alone; {@link #release}
 * gives the parser's own memory back.
 */
public final class JsonScanner {
  /** Told where a number is not whole or does not fit into 64 bits. */
  public static final long NO_NUMBER = Long.MIN_VALUE;

  /** Levels of objects and arrays at most. */
  public static final int MAX_DEPTH = 500;

  private static final int FEED_BYTES = 512;
  private static final int MAX_NAME_BYTES = 4096;

  /** Digits in a row that the parser is given; a number has up to three such rows. */
  private static final int MAX_DIGITS = 100;

  private static final int MAX_NUMBER_BYTES = 4 * MAX_DIGITS;
  private static final int LONG_DIGITS = 18;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME_BYTES)
                  .maxNumberLength(MAX_NUMBER_BYTES)
                  .build())
          .configure(JsonReadFeature.ALLOW_TRAILING_COMMA, true)
          .configure(JsonReadFeature.ALLOW_SINGLE_QUOTES, true)
          .configure(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, true)
          .configure(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER, true)
          .configure(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS, true)
          .configure(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, true)
          .configure(JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS, true)
          .configure(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS, true)
          .configure(JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS, true)
          .configure(JsonReadFeature.ALLOW_TRAILING_DECIMAL_POINT_FOR_NUMBERS, true)
          // Names come from clients: a table of them that grows for ever would be a leak.
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .build();

  private enum State {
    /** Between strings; becomes any other. */
    STRUCTURE,
    /** Inside a name. */
    NAME,
    /** Inside a string value. */
    TEXT,
    /** Nothing more is read; final. */
    MALFORMED,
    /** Given back; final. */
    RELEASED
  }

  private final JsonListener listener;
  private final StringPieces pieces;
  private final JsonParser parser;
  private final ByteArrayFeeder feeder;
  private final byte[] feed = new byte[FEED_BYTES];
  private State state = State.STRUCTURE;
  private int fed;
  private byte quote;
  private boolean escaped;
  private boolean named;

  /** Digits in a row that were just read. */
  private int digits;

  /** Digits of the number at hand that the parser was not given. */
  private int omitted;

  /** A scanner at the beginning of a document. */
  public JsonScanner(JsonListener listener) {
    this.listener = listener;
    this.pieces = new StringPieces(listener);
    try {
      this.parser = JSON.createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new UncheckedIOException("a parser without input reads nothing", e);
    }
    this.feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
  }

  /** Whether something was read that is not even tolerable JSON. */
  public boolean malformed() {
    return state == State.MALFORMED;
  }

  /**
   * Characters of the number or literal that the listener is being told of, but for most of the
   * needless zeros that a number may begin with.
   */
  public int scalarLength() {
    try {
      return lengthGiven() + omitted;
    } catch (IOException e) {
      throw new UncheckedIOException("the text of a whole token is there", e);
    }
  }

  /** Reads the bytes from index {@code from} to before index {@code to}. */
  public void look(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to) {
      i =
          switch (state) {
            case STRUCTURE -> structure(buf, i, to);
            case NAME -> name(buf, i, to);
            case TEXT -> text(buf, i, to);
            case MALFORMED, RELEASED -> to;
          };
    }
    drain();
  }

  /**
   * Says that no more bytes follow.
   *
   * @return whether everything read was whole documents
   */
  public boolean finish() {
    drain();
    if (state != State.STRUCTURE) {
      state = state == State.RELEASED ? state : State.MALFORMED;
      return false;
    }
    feeder.endOfInput();
    read();
    if (state == State.STRUCTURE && !parser.getParsingContext().inRoot()) {
      state = State.MALFORMED;
    }
    return state == State.STRUCTURE;
  }

  /** Gives the parser's memory back; nothing is read afterwards. */
  public void release() {
    if (state == State.RELEASED) {
      return;
    }
    state = State.RELEASED;
    try {
      parser.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a parser without a source closes without fail", e);
    }
  }

  private int structure(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = buf.getByte(i);
      byte kind = JsonBytes.kind(b);
      if (kind == JsonBytes.WORD) {
        word(b);
        continue;
      }
      digits = 0;
      put(b);
      if (omitted > 0) {
        drain();
        omitted = 0;
      }
      if (kind == JsonBytes.QUOTE) {
        drain();
        if (state == State.STRUCTURE) {
          beginString(b);
        }
        return i + 1;
      }
    }
    return to;
  }

  private void word(byte b) {
    digits = b >= '0' && b <= '9' ? digits + 1 : 0;
    if (digits <= MAX_DIGITS) {
      put(b);
      return;
    }
    if (omitted == 0) {
      // What comes before is told while nothing was omitted.
      drain();
    }
    omitted++;
  }

  private void beginString(byte quoteByte) {
    quote = quoteByte;
    escaped = false;
    if (parser.getParsingContext().inObject() && !named) {
      state = State.NAME;
      return;
    }
    state = State.TEXT;
    pieces.begin(quoteByte);
    listener.beginText();
  }

  private int name(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = buf.getByte(i);
      put(b);
      if (escaped) {
        escaped = false;
      } else if (b == '\\') {
        escaped = true;
      } else if (b == quote) {
        state = state == State.NAME ? State.STRUCTURE : state;
        return i + 1;
      }
    }
    return to;
  }

  private int text(ByteBuf buf, int from, int to) {
    int i = pieces.look(buf, from, to);
    if (pieces.broken()) {
      state = State.MALFORMED;
    } else if (pieces.ended()) {
      state = State.STRUCTURE;
      listener.endText();
      put(quote);
    }
    return i;
  }

  private void put(byte b) {
    feed[fed++] = b;
    if (fed == FEED_BYTES) {
      drain();
    }
  }

  private void drain() {
    int end = fed;
    fed = 0;
    if (end == 0 || state == State.MALFORMED || state == State.RELEASED) {
      return;
    }
    try {
      feeder.feedInput(feed, 0, end);
    } catch (IOException e) {
      state = State.MALFORMED;
      return;
    }
    read();
  }

  private void read() {
    try {
      JsonToken token = parser.nextToken();
      while (token != null && token != JsonToken.NOT_AVAILABLE) {
        tell(token);
        token = parser.nextToken();
      }
    } catch (IOException e) {
      state = State.MALFORMED;
    }
  }

  private void tell(JsonToken token) throws IOException {
    if (named && token.isStructEnd()) {
      // The parser takes {"a":} where its input is cut behind the colon.
      throw new JsonParseException(parser, "a name without a value");
    }
    named = token == JsonToken.FIELD_NAME;
    switch (token) {
      case START_OBJECT, START_ARRAY -> listener.opened(token == JsonToken.START_OBJECT);
      case END_OBJECT, END_ARRAY -> listener.closed(token == JsonToken.END_OBJECT);
      case FIELD_NAME -> listener.name(parser.currentName());
      // Its inside was told already.
      case VALUE_STRING -> {}
      case VALUE_NUMBER_INT -> listener.scalar(token, whole());
      default -> listener.scalar(token, NO_NUMBER);
    }
  }

  private long whole() throws IOException {
    // Longer ones would be parsed into big numbers for nothing.
    boolean fits = omitted == 0 && lengthGiven() <= LONG_DIGITS;
    return fits ? parser.getLongValue() : NO_NUMBER;
  }

  /** Without needless zeros at the beginning, which the parser keeps or not as its input is cut. */
  private int lengthGiven() throws IOException {
    char[] text = parser.getTextCharacters();
    int from = parser.getTextOffset();
    int end = from + parser.getTextLength();
    int first = text[from] == '-' || text[from] == '+' ? from + 1 : from;
    int zeros = 0;
    while (first + zeros + 1 < end
        && text[first + zeros] == '0'
        && Character.isDigit(text[first + zeros + 1])) {
      zeros++;
    }
    return end - from - zeros;
  }
}
