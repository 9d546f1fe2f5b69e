package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Alarm;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Last stage of a request: hands it to a {@link Forwarding}, which makes attempts until it is
 * served or given up.
 *
 * <p>Place: behind every other request stage. Keeps the forwarding in flight; owns no buffer
 * itself. Runs on the client's event loop.
 */
public final class ForwardHandler extends ChannelInboundHandlerAdapter {
  private final Outbound outbound;
  private @Nullable Forwarding forwarding;
  private @Nullable Alarm clock;

  /** Made for the first request: many connections never see one, most see many. */
  private @Nullable StreamScanner reader;

  /** Forwards with what {@code outbound} provides. */
  public ForwardHandler(Outbound outbound) {
    this.outbound = outbound;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    clock = new Alarm(ctx.channel().eventLoop(), outbound.time(), this::ring);
  }

  private StreamScanner reader(ChannelHandlerContext ctx) {
    StreamScanner one = reader;
    if (one == null) {
      one = new StreamScanner(outbound.pools().apply(ctx.channel().eventLoop()).forms());
      reader = one;
    }
    return one;
  }

  private void ring() {
    if (forwarding != null) {
      forwarding.timedOut();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest && clock != null) {
      Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
      cancel();
      forwarding = new Forwarding(ctx, exchange, outbound, clock, reader(ctx));
    }
    Forwarding current = forwarding;
    if (current == null || !(message instanceof HttpContent)) {
      ReferenceCountUtil.release(message instanceof HttpRequest ? null : message);
    } else if (message instanceof LastHttpContent last) {
      current.takeLast(last);
    } else {
      current.take((HttpContent) message);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (forwarding != null && ctx.channel().isWritable()) {
      forwarding.clientWritable();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Fault) {
      // An earlier stage has refused the rest of this request.
      cancel();
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Defects of every stage arrive here, the last: none shall leave a client waiting. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    boolean answering = forwarding != null && forwarding.isAnswering();
    cancel();
    Fault fault =
        cause instanceof FaultException known
            ? known.fault()
            : Fault.of(FaultKind.INTERNAL, "the gateway failed; see its log", cause);
    if (exchange != null && exchange.fault() == null && !answering) {
      FaultResponder.respond(ctx, exchange, fault, true);
    } else {
      if (exchange != null) {
        exchange.failed(fault);
      }
      ctx.close();
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
    if (clock != null) {
      clock.dispose();
    }
  }

  private void cancel() {
    if (forwarding != null) {
      forwarding.close();
      forwarding = null;
    }
  }
}
