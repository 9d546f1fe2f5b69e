package io.geminirelay.base.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Answers the requests of a route that needs no upstream. Thread safe. */
@FunctionalInterface
public interface LocalRoute {
  /**
   * Answers a whole request, exactly once: at once, or later on {@code ctx.executor()} while {@link
   * Exchange#KEY} of the channel still holds {@code exchange}. Called on the channel's event loop.
   *
   * @param body of the request, up to 1 MiB; empty for methods without one. Owner: this call
   */
  void answer(ChannelHandlerContext ctx, Exchange exchange, ByteBuf body);
}
