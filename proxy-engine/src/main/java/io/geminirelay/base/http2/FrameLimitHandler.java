package io.geminirelay.base.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an HTTP/2 connection with GOAWAY ENHANCE_YOUR_CALM when its peer sends too many frames that
 * cost us and carry nothing, or lets a header block hang.
 *
 * <p>Place: right before the codec. What comes after the end is dropped unread. Event loop only.
 */
public final class FrameLimitHandler extends ChannelInboundHandlerAdapter {
  private final Http2FrameCodec codec;
  private final FrameWatch watch;
  private final long headersNanos;
  private boolean over;
  private int awaited;
  private @Nullable Future<?> clock;

  /**
   * Guards {@code codec}.
   *
   * @param headersNanos how long a header block may take, in nanoseconds
   */
  public FrameLimitHandler(Http2FrameCodec codec, FrameWatch watch, long headersNanos) {
    this.codec = codec;
    this.watch = watch;
    this.headersNanos = headersNanos;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
      return;
    }
    FrameWatch.Excess excess = null;
    if (message instanceof ByteBuf bytes) {
      excess = watch.look(bytes, ctx.executor().ticker().nanoTime());
      if (excess != null) {
        // What came before it counts, however the bytes are cut.
        bytes.writerIndex(watch.excessAt());
      }
    }
    ctx.fireChannelRead(message);
    if (excess != null) {
      boolean resets = excess == FrameWatch.Excess.RESETS;
      end(ctx, resets ? "too many RST frames" : "too many frames without content");
    }
  }

  private void end(ChannelHandlerContext ctx, String why) {
    over = true;
    ChannelHandlerContext behind = ctx.pipeline().context(codec);
    if (behind != null) {
      codec.onError(
          behind, false, Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, why));
    }
  }

  // RFC 9113 section 10.5.1: a header block that never ends blocks the whole connection.
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!watch.isAmidHeaders()) {
      cancel();
    } else if (clock == null) {
      await(ctx);
    }
    ctx.fireChannelReadComplete();
  }

  private void await(ChannelHandlerContext ctx) {
    awaited = watch.headerBlocks();
    clock = ctx.executor().schedule(() -> look(ctx), headersNanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    clock = null;
    if (over || !watch.isAmidHeaders()) {
      return;
    }
    if (watch.headerBlocks() == awaited) {
      end(ctx, "a header block that did not end in time");
    } else {
      await(ctx);
    }
  }

  private void cancel() {
    if (clock != null) {
      clock.cancel(false);
      clock = null;
    }
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
}
