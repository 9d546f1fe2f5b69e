package io.geminirelay.flow.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.concurrent.TimeUnit;

/**
 * Ends an HTTP/2 stream that was answered before its request was whole.
 *
 * <p>A client that sends on has done no wrong, so what comes is dropped until the request ends, but
 * for {@value #LINGER_SECONDS} seconds and {@value #MAX_BYTES} bytes at most; then the stream is
 * reset without an error (RFC 9113 section 8.1). The codec keeps it a while longer: frames that
 * were on their way then are ignored (RFC 9113 section 5.1), where those of a stream that it has
 * forgotten would each bring about a reset, and count as an attack. Event loop only.
 */
final class StreamLinger {
  private static final int LINGER_SECONDS = 2;
  private static final int MAX_BYTES = 8 << 20;

  private final KeptStreams kept;
  private int dropped;
  private boolean answered;

  StreamLinger(KeptStreams kept) {
    this.kept = kept;
  }

  /** The answer has been written, and the request may go on. */
  void begin(ChannelHandlerContext ctx) {
    answered = true;
    if (dropped > MAX_BYTES) {
      reset(ctx);
      return;
    }
    var end = ctx.executor().schedule(() -> reset(ctx), LINGER_SECONDS, TimeUnit.SECONDS);
    ctx.channel().closeFuture().addListener(closed -> end.cancel(false));
  }

  /** So many bytes of the request came for nobody. */
  void dropped(ChannelHandlerContext ctx, int bytes) {
    dropped = Math.min(dropped, MAX_BYTES) + bytes;
    // Not earlier, as the reset must not overtake the answer.
    if (answered && dropped > MAX_BYTES) {
      reset(ctx);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if the reset fails
  private void reset(ChannelHandlerContext ctx) {
    Channel connection = ctx.channel().parent();
    Http2FrameCodec codec = connection.pipeline().get(Http2FrameCodec.class);
    if (codec != null && ctx.channel() instanceof Http2StreamChannel child) {
      Http2Stream stream = codec.connection().stream(child.stream().id());
      ChannelHandlerContext writer = connection.pipeline().context(codec);
      if (stream != null && writer != null && !stream.isResetSent()) {
        stream.resetSent();
        kept.keep(stream);
        shutWindow(codec.connection().local().flowController(), stream);
        codec
            .encoder()
            .frameWriter()
            .writeRstStream(writer, stream.id(), Http2Error.NO_ERROR.code(), writer.newPromise());
        writer.flush();
        ctx.executor().schedule(stream::close, LINGER_SECONDS, TimeUnit.SECONDS);
      }
    }
    ctx.close();
  }

  /** What is ignored is given back to the connection, and no more to the stream. */
  private static void shutWindow(Http2LocalFlowController windows, Http2Stream stream) {
    try {
      windows.incrementWindowSize(stream, -windows.initialWindowSize(stream));
    } catch (Http2Exception e) {
      throw new IllegalStateException(e); // a window that shrinks does not overflow
    }
  }
}
