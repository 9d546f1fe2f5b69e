package io.geminirelay.base.http2;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2UnknownFrame;

/**
 * Ignores frames of unknown types (RFC 9113 section 5.5).
 *
 * <p>Place: between Netty's codec and its multiplexer, which would keep them, and the buffers that
 * they came in, for as long as their stream is not read: no window bounds them. Keeps nothing.
 */
@Sharable
public final class UnknownFramesHandler extends ChannelInboundHandlerAdapter {
  /** The one there has to be. */
  public static final UnknownFramesHandler INSTANCE = new UnknownFramesHandler();

  private UnknownFramesHandler() {}

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2UnknownFrame unknown) {
      unknown.release();
    } else {
      ctx.fireChannelRead(message);
    }
  }
}
