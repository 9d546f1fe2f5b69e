package io.geminirelay.side.local;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.Route;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code local}, after {@code auth}: hands the requests of routes that need no upstream to
 * their pages.
 *
 * <p>Where a body may come, a {@link LocalBodyHandler} gathers it first. Keeps nothing of a
 * request, owns nothing; one instance serves every channel.
 */
@Sharable
public final class LocalHandler extends ChannelInboundHandlerAdapter {
  private static final String BODY = "local-body";

  /** Bytes of bodies that may be gathered at once, whoever sends them. */
  private static final long GATHERED_AT_ONCE = 16L << 20;

  private final EnumMap<Route, LocalRoute> pages;
  private final Consumer<Exchange> taken;
  private final HoldBudget gathering = new HoldBudget(GATHERED_AT_ONCE);

  /** Serves the routes of {@code pages}; {@code taken} is told what they take over. */
  public LocalHandler(Map<Route, LocalRoute> pages, Consumer<Exchange> taken) {
    this.taken = taken;
    this.pages = new EnumMap<>(Route.class);
    this.pages.putAll(pages);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    @Nullable LocalRoute page = exchange.route().upstream() ? null : pages.get(exchange.route());
    if (page == null) {
      ctx.fireChannelRead(message);
      return;
    }
    if (message instanceof HttpRequest head) {
      taken.accept(exchange);
      if (mayHaveBody(head)) {
        ctx.pipeline().addAfter(ctx.name(), BODY, new LocalBodyHandler(page, ctx, gathering));
      }
    }
    if (ctx.pipeline().get(BODY) != null) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      // What follows the head is a body that nobody reads.
      if (message instanceof HttpRequest) {
        page.answer(ctx, exchange, Unpooled.EMPTY_BUFFER);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private static boolean mayHaveBody(HttpRequest head) {
    HttpMethod method = head.method();
    return !HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method);
  }
}
