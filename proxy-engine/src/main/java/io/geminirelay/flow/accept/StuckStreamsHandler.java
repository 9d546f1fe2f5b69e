package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Resets the streams of an HTTP/2 connection whose client takes nothing of what waits for it, or
 * too little, because it opens no window (CVE-2019-9517, "internal data buffering"; CVE-2019-9511).
 *
 * <p>Place: between the codec and the streams' channels, where the windows that the client gives
 * come by. What was sent of a stream is what was given, less the window that is left: a window that
 * is merely given counts for nothing while the connection's own is shut, and one that SETTINGS move
 * is moved on both sides of the sum. Keeps one note a stream; owns no buffer. Event loop only.
 */
final class StuckStreamsHandler extends ChannelInboundHandlerAdapter {
  /** Looks in the time that a client has: a stream is reset that much late at most. */
  private static final int LOOKS = 4;

  private final Http2FrameCodec codec;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;
  private final ClientLimits limits;
  private final Refusals refusals;
  private int initialWindow;
  private @Nullable Future<?> look;

  /** What is known of a stream. */
  private static final class Note {
    private long given;
    private long sent = -1;
    private final Pace pace;

    Note(ClientLimits limits) {
      this.pace = Pace.ofSending(limits);
    }
  }

  StuckStreamsHandler(Http2FrameCodec codec, ClientLimits limits, Refusals refusals) {
    this.codec = codec;
    this.connection = codec.connection();
    this.key = connection.newKey();
    this.limits = limits;
    this.refusals = refusals;
    this.initialWindow = connection.remote().flowController().initialWindowSize();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    lookAgain(ctx);
  }

  private void lookAgain(ChannelHandlerContext ctx) {
    long nanos = limits.send().toNanos() / LOOKS;
    look = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2WindowUpdateFrame update) {
      Http2FrameStream from = update.stream();
      Http2Stream stream = from == null ? null : connection.stream(from.id());
      if (stream != null) {
        note(stream).given += update.windowSizeIncrement();
      }
    } else if (message instanceof Http2SettingsFrame) {
      initialWindow = connection.remote().flowController().initialWindowSize();
    }
    ctx.fireChannelRead(message);
  }

  // RFC 9113 section 6.9.2: SETTINGS that make a window too wide end the connection. The codec
  // resets that one stream, and has moved the windows of some of the others only.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.fireExceptionCaught(cause);
    ChannelHandlerContext writer = ctx.pipeline().context(codec);
    int told = connection.remote().flowController().initialWindowSize();
    if (cause instanceof Http2FrameStreamException && told != initialWindow && writer != null) {
      codec.onError(
          writer,
          false,
          Http2Exception.connectionError(
              Http2Error.FLOW_CONTROL_ERROR, "SETTINGS made the window of a stream too wide"));
    }
  }

  private Note note(Http2Stream stream) {
    Note note = stream.getProperty(key);
    if (note == null) {
      note = new Note(limits);
      stream.setProperty(key, note);
    }
    return note;
  }

  private void look(ChannelHandlerContext ctx) {
    long now = ctx.executor().ticker().nanoTime();
    List<Http2Stream> stuck = new ArrayList<>(0);
    try {
      connection.forEachActiveStream(
          stream -> {
            if (isStuck(stream, now)) {
              stuck.add(stream);
            }
            return true;
          });
    } catch (Http2Exception e) {
      throw new IllegalStateException(e); // the visitor throws none
    }
    ChannelHandlerContext writer = ctx.pipeline().context(codec);
    for (Http2Stream stream : stuck) {
      refusals.count(Refusal.SLOW_READER);
      codec.resetStream(writer, stream.id(), Http2Error.CANCEL.code(), writer.newPromise());
    }
    if (!stuck.isEmpty()) {
      ctx.flush();
    }
    lookAgain(ctx);
  }

  private boolean isStuck(Http2Stream stream, long now) {
    Note note = note(stream);
    Http2RemoteFlowController windows = connection.remote().flowController();
    // RFC 9113 section 6.9.2: a new initial size has moved the windows of all open streams by the
    // difference.
    long sent = windows.initialWindowSize() + note.given - windows.windowSize(stream);
    if (!windows.hasFlowControlled(stream) || note.sent < 0) {
      note.pace.begin(now);
    } else if (sent > note.sent) {
      note.pace.took(sent - note.sent, now);
    }
    note.sent = sent;
    return note.pace.leftNanos(now) <= 0;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
  }

  private void cancel() {
    if (look != null) {
      look.cancel(false);
    }
  }
}
