package io.geminirelay.flow.outbound.pool;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import org.jspecify.annotations.Nullable;

/**
 * Widens the window of a stream whose answer is taken as fast as it comes.
 *
 * <p>A target sends a window's bytes in a round trip at most (RFC 9113 section 5.2), so that over
 * 30 ms an answer of 8 MB takes a second by windows of 256 KiB. Wide windows for all would let as
 * much be held for each client that does not read. So a stream begins with a narrow one, which is
 * doubled each time that as many bytes were taken and no more than a half of it ever waited in
 * between; and the streams of a connection, and those of an event loop, have only {@linkplain
 * SpareWindow so much} to widen theirs by, which comes back as they end.
 *
 * <p>Place: between the codec and the streams' channels, where what they took comes by. Keeps one
 * note a stream; owns no buffer. Event loop only.
 */
final class WideningHandler extends ChannelDuplexHandler {
  /** What a round trip of 100 ms takes at 40 MB/s. */
  static final int MAX_WINDOW_BYTES = 4 << 20;

  /** By how much all streams of a connection may be wider than they began. */
  static final int MOST_BYTES = 16 << 20;

  private final Http2Connection connection;
  private final Http2LocalFlowController windows;
  private final Http2Connection.PropertyKey key;
  private final SpareWindow spare;
  private int lent;

  WideningHandler(Http2Connection connection, SpareWindow spare) {
    this.connection = connection;
    this.spare = spare;
    this.windows = connection.local().flowController();
    this.key = connection.newKey();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            Note note = stream.getProperty(key);
            if (note != null) {
              giveBack(note.lent);
              note.lent = 0;
            }
          }
        });
  }

  /** What is known of a stream. */
  private static final class Note {
    private int taken;
    private int lent;
  }

  /** What the connection's end has given back already is none of a stream's that ends after it. */
  private void giveBack(int bytes) {
    int due = Math.min(bytes, lent);
    lent -= due;
    spare.giveBack(due);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    giveBack(lent);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2DataFrame data) {
      Http2Stream stream = open(data.stream());
      if (stream != null
          && windows.unconsumedBytes(stream) > windows.initialWindowSize(stream) / 2) {
        note(stream).taken = 0;
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Http2Exception {
    // The codec gives back what was taken before this returns.
    ctx.write(message, promise);
    if (message instanceof Http2WindowUpdateFrame update) {
      Http2Stream stream = open(update.stream());
      if (stream != null) {
        took(stream, update.windowSizeIncrement());
      }
    }
  }

  private void took(Http2Stream stream, int bytes) throws Http2Exception {
    int window = windows.initialWindowSize(stream);
    Note note = note(stream);
    note.taken = Math.min(note.taken + bytes, window);
    if (note.taken == window
        && 2 * window <= MAX_WINDOW_BYTES
        && lent + window <= MOST_BYTES
        && spare.take(window)) {
      note.taken = 0;
      note.lent += window;
      lent += window;
      windows.incrementWindowSize(stream, window);
    }
  }

  /** Null where nothing more can come. */
  private @Nullable Http2Stream open(@Nullable Http2FrameStream frames) {
    Http2Stream stream = frames == null ? null : connection.stream(frames.id());
    return stream != null && stream.state().remoteSideOpen() ? stream : null;
  }

  private Note note(Http2Stream stream) {
    Note note = stream.getProperty(key);
    if (note == null) {
      note = new Note();
      stream.setProperty(key, note);
    }
    return note;
  }
}
