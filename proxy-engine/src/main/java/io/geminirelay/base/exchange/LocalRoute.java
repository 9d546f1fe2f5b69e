package io.geminirelay.base.exchange;

import io.geminirelay.base.fault.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** Answers the requests of a route that needs no upstream. Thread safe. */
@FunctionalInterface
public interface LocalRoute {
  /** Enough for what needs next to nothing said, 8 KiB. */
  int SMALL_BODY = 8 << 10;

  /**
   * Answers a whole request, exactly once: at once, or later on {@code ctx.executor()} while {@link
   * Exchange#KEY} of the channel still holds {@code exchange}. Called on the channel's event loop.
   *
   * @param body of the request, up to what {@link #maxBodyBytes} says; empty for methods without
   *     one. Owner: this call
   */
  void answer(ChannelHandlerContext ctx, Exchange exchange, ByteBuf body);

  /**
   * What can be told against a request by its head, before its body is read; null for nothing. On
   * the channel's event loop.
   */
  default @Nullable Fault beforeBody(Exchange exchange) {
    return null;
  }

  /** Bytes that the body of {@code exchange} may have, up to 1 MiB. */
  default int maxBodyBytes(Exchange exchange) {
    return SMALL_BODY;
  }
}
