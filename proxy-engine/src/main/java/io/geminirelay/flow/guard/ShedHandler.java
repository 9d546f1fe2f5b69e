package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.load.LoadStep;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Stage {@code load}, behind {@code local}, which answers what costs little: refuses new requests
 * while the gateway is loaded, the least important first. What is under way goes on.
 *
 * <p>Keeps nothing of a request and owns nothing. Sharable; runs on the client's event loop.
 */
@ChannelHandler.Sharable
public final class ShedHandler extends ChannelInboundHandlerAdapter {
  private static final int LEAST_RETRY_SECONDS = 2;

  /** Those refused together are not to come back together. */
  private static final int RETRY_SPREAD_SECONDS = 8;

  private final Load load;
  private final ClientHolds holds;
  private final int maxRequests;
  private final LongSupplier inFlight;

  /**
   * Refuses by {@code load}.
   *
   * @param maxRequests requests under way at most; 0 for no bound
   * @param inFlight requests under way, the one that is asked for among them
   */
  public ShedHandler(Load load, ClientHolds holds, int maxRequests, LongSupplier inFlight) {
    this.load = load;
    this.holds = holds;
    this.maxRequests = maxRequests;
    this.inFlight = inFlight;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest) {
      Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
      ClientHold hold = holds.of(exchange.client());
      if (isShed(hold)) {
        hold.refuse();
        refuse(ctx, exchange, message);
        return;
      }
      hold.enter(exchange);
    }
    ctx.fireChannelRead(message);
  }

  private boolean isShed(ClientHold hold) {
    LoadStep step = load.step();
    boolean shed =
        step.level().compareTo(LoadStep.Level.SHEDDING) >= 0
            && step.sheds(hold.priority(), holds.isGreedy(hold));
    // The watch looks at times only; this bound holds between two of its looks as well.
    return shed || (maxRequests > 0 && inFlight.getAsLong() > maxRequests);
  }

  private static void refuse(ChannelHandlerContext ctx, Exchange exchange, Object message) {
    try {
      long seconds =
          (long) LEAST_RETRY_SECONDS + ThreadLocalRandom.current().nextInt(RETRY_SPREAD_SECONDS);
      String detail = "The gateway has as much to do as it can: try again in " + seconds + " s.";
      FaultResponder.respond(
          ctx, exchange, Fault.until(FaultKind.OVERLOADED, detail, seconds), false);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }
}
