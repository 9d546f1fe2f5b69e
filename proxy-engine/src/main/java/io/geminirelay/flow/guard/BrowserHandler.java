package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Route;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.cors.CorsConfig;
import io.netty.handler.codec.http.cors.CorsHandler;
import java.util.List;
import java.util.function.Function;

/**
 * Stage {@code cors}, behind {@code exchange} and before every stage that may answer: lets pages of
 * the configured origins ask and read, by Netty's own handler.
 *
 * <p>That handler answers preflights by itself, before a credential is asked for, since they carry
 * none, and marks all other answers, refusals too. A request without {@code Origin} and one for a
 * route that is closed to pages pass untouched. A foreign origin is not refused: its page cannot
 * read the answer, and a program that sends the header is free to. Keeps whether the request in
 * flight passes; owns nothing. Runs on the client's event loop.
 */
public final class BrowserHandler extends CorsHandler {
  private final Function<HttpRequest, Route> routes;
  private boolean passes;

  /**
   * Applies {@code policy}.
   *
   * @param policy one policy in a list, which is shared by all handlers
   * @param routes tells a head's route, which is not on the exchange yet
   */
  public BrowserHandler(List<CorsConfig> policy, Function<HttpRequest, Route> routes) {
    super(policy, false);
    this.routes = routes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof HttpRequest head) {
      boolean fromPage = head.headers().contains(HttpHeaderNames.ORIGIN);
      passes = !fromPage || !routes.apply(head).openToPages();
    }
    if (passes) {
      ctx.fireChannelRead(message);
    } else {
      super.channelRead(ctx, message);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Exception {
    boolean interim =
        message instanceof HttpResponse head
            && head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (passes || interim) {
      ctx.write(message, promise);
    } else {
      super.write(ctx, message, promise);
    }
  }
}
