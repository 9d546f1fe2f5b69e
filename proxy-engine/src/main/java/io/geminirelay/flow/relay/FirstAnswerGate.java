package io.geminirelay.flow.relay;

import io.geminirelay.base.scan.Ending;
import io.geminirelay.base.scan.StreamScanner;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Decides when an upstream answer is known to be the one: errors are read first, a stream is held
 * until its first event with content, one that is told at once until its end, and everything else
 * passes with its first byte.
 *
 * <p>Keeps the mode of the answer in flight and holds no buffer.
 */
public final class FirstAnswerGate {
  /** No success is held longer than this, whatever it contains. */
  public static final int MAX_HELD_BYTES = 64 * 1024;

  /**
   * No error answer is held longer than this. It has to be whole to be passed on, since the texts
   * of keys are looked for in it.
   */
  public static final int MAX_ERROR_BYTES = 1024 * 1024;

  /**
   * No answer that is told at once is held longer than this: a longer one is committed before its
   * end.
   */
  public static final int MAX_ENTIRE_BYTES = 1024 * 1024;

  /** What to do with the answer now. */
  public enum Decision {
    /** Not known yet: keep what came. */
    HOLD,
    /** This is the answer: pass everything on. */
    COMMIT,
    /** An error answer is complete enough to be judged. */
    JUDGE,
    /** The first event of a success is an error. */
    ERROR_EVENT,
    /** A success that ended without holding anything. */
    EMPTY
  }

  private enum Mode {
    ERROR,
    STREAM,
    WHOLE,
    ENTIRE,
    PASS
  }

  private Mode mode = Mode.PASS;

  /**
   * Looks at the head of an answer.
   *
   * @param generating whether a success must hold an answer of a model
   * @param streaming whether the request asked for a stream
   * @param atOnce whether the client is told nothing before the answer's end
   */
  public Decision head(HttpResponse head, boolean generating, boolean streaming, boolean atOnce) {
    mode = modeOf(head, generating, streaming);
    if (atOnce && mode == Mode.WHOLE) {
      mode = Mode.ENTIRE;
    }
    return mode == Mode.PASS ? Decision.COMMIT : Decision.HOLD;
  }

  private static Mode modeOf(HttpResponse head, boolean generating, boolean streaming) {
    int status = head.status().code();
    if (status >= HttpResponseStatus.BAD_REQUEST.code()) {
      return Mode.ERROR;
    }
    if (!generating || status != HttpResponseStatus.OK.code()) {
      return Mode.PASS;
    }
    // A coded body cannot be read along without decoding it: its first byte has to do.
    boolean readable = !head.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
    return readable && (streaming || isEventStream(head)) ? Mode.STREAM : Mode.WHOLE;
  }

  /** Whether {@code head} announces server-sent events. */
  public static boolean isEventStream(HttpResponse head) {
    String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
    return type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
  }

  /**
   * Looks at what is held after another piece came.
   *
   * @param heldBytes body bytes held so far
   * @param scanner has read exactly these bytes
   */
  public Decision piece(int heldBytes, StreamScanner scanner) {
    return switch (mode) {
      case PASS -> Decision.COMMIT;
      case ERROR -> heldBytes >= MAX_ERROR_BYTES ? Decision.JUDGE : Decision.HOLD;
      case WHOLE -> heldBytes > 0 ? Decision.COMMIT : Decision.HOLD;
      case ENTIRE -> heldBytes >= MAX_ENTIRE_BYTES ? Decision.COMMIT : Decision.HOLD;
      case STREAM -> streamPiece(heldBytes, scanner);
    };
  }

  private static Decision streamPiece(int heldBytes, StreamScanner scanner) {
    // What the error says stands in its details, which may come later than its beginning.
    if (scanner.errorFirst()) {
      return Decision.ERROR_EVENT;
    }
    if (scanner.contentSeen()) {
      return Decision.COMMIT;
    }
    if (heldBytes < MAX_HELD_BYTES) {
      return Decision.HOLD;
    }
    return scanner.errorSeen() ? Decision.ERROR_EVENT : Decision.COMMIT;
  }

  /** Whether what {@code scanner} has read of an answer that has ended lacks its end. */
  public static boolean looksCut(StreamScanner scanner) {
    scanner.end();
    return scanner.endedCleanly() == Ending.TRUNCATED;
  }

  private static Decision streamEnd(StreamScanner scanner) {
    if (scanner.errorSeen()) {
      return Decision.ERROR_EVENT;
    }
    return scanner.events() == 0 ? Decision.EMPTY : Decision.COMMIT;
  }

  /**
   * Looks at what is held when the answer has ended.
   *
   * @param heldBytes the whole body's bytes
   * @param scanner has read the whole body and was told of its end
   */
  public Decision end(int heldBytes, StreamScanner scanner) {
    return switch (mode) {
      case PASS -> Decision.COMMIT;
      case ERROR -> Decision.JUDGE;
      case WHOLE, ENTIRE -> heldBytes > 0 ? Decision.COMMIT : Decision.EMPTY;
      case STREAM -> {
        Decision decision = streamPiece(heldBytes, scanner);
        yield decision == Decision.HOLD ? streamEnd(scanner) : decision;
      }
    };
  }
}
