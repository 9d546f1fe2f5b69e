package io.geminirelay.base.exchange;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The place of a request in a trace, as other programs tell it to each other: the client's own if
 * it has one, otherwise a new one that goes by the request's id. Pure.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>
 */
public final class TraceParent {
  /** The header that carries it, both ways. */
  public static final AsciiString HEADER = AsciiString.cached("traceparent");

  private static final int TRACE = 3;
  private static final int PARENT = 36;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;
  private static final int ID_LENGTH = PARENT - TRACE - 1;

  /** A value of this version whose ids are still to be filled in. */
  private static final byte[] FORM =
      ("00-" + "0".repeat(ID_LENGTH) + "-" + "0".repeat(FLAGS - PARENT - 1) + "-00")
          .getBytes(StandardCharsets.US_ASCII);

  private TraceParent() {}

  /**
   * The value of the client's header if there is one and it is well-formed; otherwise a new one,
   * which says that nobody records the trace.
   *
   * @param requestId becomes the id of a new trace if it has the form of one, as those have that
   *     the gateway makes
   */
  static String of(HttpHeaders headers, String requestId) {
    if (headers.contains(HEADER)) {
      List<String> given = headers.getAll(HEADER);
      if (given.size() == 1 && usable(given.get(0))) {
        return given.get(0);
      }
    }
    return made(requestId);
  }

  @SuppressWarnings("deprecation") // the digits of an id are ASCII, and need no decoding
  private static String made(String requestId) {
    byte[] text = FORM.clone();
    if (requestId.length() == ID_LENGTH && isId(requestId, 0, ID_LENGTH)) {
      requestId.getBytes(0, ID_LENGTH, text, TRACE);
    } else {
      RequestId.writeRandom(text, TRACE, ID_LENGTH);
    }
    RequestId.writeRandom(text, PARENT, FLAGS - PARENT - 1);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /**
   * The trace's id: 32 hexadecimal digits.
   *
   * @param requestId given back where it is the trace's as well
   */
  static String traceId(String value, String requestId) {
    boolean same = requestId.length() == ID_LENGTH && value.startsWith(requestId, TRACE);
    return same ? requestId : value.substring(TRACE, TRACE + ID_LENGTH);
  }

  /** Later versions begin as the first does and may go on after another dash. */
  private static boolean usable(String value) {
    boolean first = value.startsWith("00-");
    boolean fits =
        first
            ? value.length() == LENGTH
            : value.length() == LENGTH || (value.length() > LENGTH && value.charAt(LENGTH) == '-');
    return fits
        && value.length() <= 2 * LENGTH
        && isHex(value, 0, 2)
        && !value.startsWith("ff")
        && value.charAt(TRACE - 1) == '-'
        && isId(value, TRACE, PARENT - 1)
        && value.charAt(PARENT - 1) == '-'
        && isId(value, PARENT, FLAGS - 1)
        && value.charAt(FLAGS - 1) == '-'
        && isHex(value, FLAGS, LENGTH)
        && isVisible(value);
  }

  private static boolean isVisible(String value) {
    return value.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private static boolean isId(String text, int from, int to) {
    int first = from;
    while (first < to && text.charAt(first) == '0') {
      first++;
    }
    return first < to && isHex(text, first, to);
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
