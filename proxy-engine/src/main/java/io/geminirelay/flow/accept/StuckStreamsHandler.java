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
 * is merely given counts for nothing while the connection's own is shut. Keeps one note a stream;
 * owns no buffer. Event loop only.
 */
final class StuckStreamsHandler extends ChannelInboundHandlerAdapter {
  /** Looks in the time that a client has: a stream is reset that much late at most. */
  private static final int LOOKS = 4;

  private final Http2FrameCodec codec;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;
  private final ClientLimits limits;
  private final Refusals refusals;
  private @Nullable Future<?> look;

  /** What is known of a stream. */
  private static final class Note {
    private long given;
    private long sent = Long.MIN_VALUE;
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
    }
    ctx.fireChannelRead(message);
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
    // More than ever before: SETTINGS move the windows of all streams up and down.
    long sent = note.given - connection.remote().flowController().windowSize(stream);
    boolean waits = connection.remote().flowController().hasFlowControlled(stream);
    if (!waits || note.sent == Long.MIN_VALUE) {
      note.pace.begin(now);
    } else if (sent > note.sent) {
      note.pace.took(sent - note.sent, now);
    }
    note.sent = Math.max(note.sent, sent);
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
