package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.List;

/** Where an answer is written: one HTTP/1.1 exchange or one HTTP/2 stream. Event loop only. */
interface Wire {
  EventLoop loop();

  /** Sends a 1xx answer. */
  void inform(int status, List<Header> headers);

  /** Sends the head of the answer. {@code length} is of the whole body. */
  void head(int status, List<Header> headers, Framing framing, long length);

  /** Takes a piece of the body; {@code last} ends the answer as {@link #end} would. */
  void take(ByteBuf piece, boolean last);

  /** Takes bytes that go out as they are, around the HTTP codec; HTTP/2 cannot and cuts instead. */
  void takeRaw(ByteBuf bytes);

  /** Ends the answer cleanly and flushes. */
  void end();

  void flush();

  /** True while the reader keeps up. */
  boolean isWritable();

  /** Flushes, then closes the connection in an orderly way though the answer is not complete. */
  void cut();

  /** Closes the connection with a TCP reset, without TLS farewell. */
  void reset();

  /** HTTP/2: RST_STREAM with this code. HTTP/1.1 has no such thing: the connection is reset. */
  void resetStream(long code);

  /**
   * HTTP/2: GOAWAY with this code, either counting this stream as accepted or refusing it. Without
   * effect on HTTP/1.1.
   */
  void goAway(long code, boolean refuseThisStream);

  /** Reads nothing more from this connection or stream. */
  void stopReading();

  /** How the end of a body is told in HTTP/1.1; HTTP/2 has its own way always. */
  enum Framing {
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }
}
