package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.exchange.TraceParent;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.load.Load;
import io.geminirelay.flow.settle.Settlement;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * First and last stage of a request: opens the exchange, drops what is left of an answered request,
 * and settles it once.
 *
 * <p>Place: before every other request stage. Keeps the exchange in flight and the status it was
 * answered with; owns no buffer. Runs on the client's event loop.
 */
public final class ExchangeHandler extends ChannelDuplexHandler
    implements Function<HttpRequest, Caller> {
  private final Settlement settlement;
  private final TimeSource time;
  private final Function<HttpRequest, Route> routes;
  private final BiFunction<Channel, HttpRequest, Caller> callers;
  private final Load load;

  private @Nullable Exchange exchange;
  private @Nullable Channel channel;
  private boolean answered;
  private int status;

  /**
   * Settles by {@code settlement}.
   *
   * @param routes tells the route of a head that is refused before its path was looked at, so that
   *     the refusal takes the form its caller reads
   * @param callers tells where a request of a channel came from
   * @param load says whether clients had better go elsewhere
   */
  public ExchangeHandler(
      Settlement settlement,
      TimeSource time,
      Function<HttpRequest, Route> routes,
      BiFunction<Channel, HttpRequest, Caller> callers,
      Load load) {
    this.load = load;
    this.callers = callers;
    this.routes = routes;
    this.settlement = settlement;
    this.time = time;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  /** Where the request with this head came from; found out for those alone who ask. */
  @Override
  public Caller apply(HttpRequest head) {
    Channel from = channel;
    return from == null ? Caller.UNKNOWN : callers.apply(from, head);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest head) {
      open(ctx, head);
    }
    Exchange current = exchange;
    if (!(message instanceof HttpObject object)) {
      ctx.fireChannelRead(message);
    } else if (current == null || current.fault() != null) {
      // Answered already: what the client still sends of this request is of no use.
      ReferenceCountUtil.release(message);
    } else if (object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      Fault fault = FramingFaults.of(object.decoderResult());
      if (object instanceof HttpRequest head) {
        current.classified(routes.apply(head), current.uri(), "", false);
        refuseHead(ctx, current, fault);
      } else {
        refuse(ctx, current, fault);
      }
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private void open(ChannelHandlerContext ctx, HttpRequest head) {
    exchange = new Exchange(RequestId.of(head.headers()), head, time.nanoTime());
    exchange.from(this);
    answered = false;
    status = 0;
    settlement.open();
    ctx.channel().attr(Exchange.KEY).set(exchange);
  }

  /** No later stage has seen the head, so that the answer begins here, where all are told of. */
  private void refuseHead(ChannelHandlerContext ctx, Exchange current, Fault fault) {
    write(ctx, FaultResponder.answer(ctx.alloc(), current, fault, true), ctx.newPromise());
    ctx.flush();
  }

  private void refuse(ChannelHandlerContext ctx, Exchange current, Fault fault) {
    if (!answered) {
      // The later stages have begun with a request that will not be whole. They end before the
      // answer does: what is told of the exchange then is not to change afterwards.
      ctx.fireUserEventTriggered(fault);
      FaultResponder.respond(last(ctx), current, fault, true);
    } else {
      current.failed(fault);
      ctx.close();
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse head
        && head.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
      answered = true;
      status = head.status().code();
      describe(head);
    }
    // Before the write, since writing the end may let the next pipelined request in at once.
    if (message instanceof LastHttpContent && answered) {
      settle(ctx);
    }
    ctx.write(message, promise);
  }

  /** Every answer passes here, whoever made it: the one place that tells trace and trail. */
  private void describe(HttpResponse head) {
    Exchange current = exchange;
    if (current != null) {
      long now = time.nanoTime();
      current.answering(now);
      head.headers().set(TraceParent.HEADER, current.traceParent());
      if (current.traced()) {
        head.headers().set(Trail.HEADER, TrailText.of(current.trail(), now));
      }
    }
    if (load.isNear()) {
      // The next connection may lead to an instance that has less to do.
      head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  private void settle(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current == null) {
      return;
    }
    exchange = null;
    ctx.channel().attr(Exchange.KEY).set(null);
    settlement.close(current, outcome(current), status);
  }

  private Outcome outcome(Exchange ended) {
    if (ended.fault() != null) {
      // Where the end of an answer can say that it is not whole, its head was a success.
      boolean begun = status == HttpResponseStatus.OK.code();
      return begun ? Outcome.BROKEN : Outcome.REFUSED;
    }
    return ended.route().upstream() ? Outcome.SERVED : Outcome.LOCAL;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    exchange = null;
    ctx.fireChannelInactive();
    if (current != null) {
      boolean broken = current.fault() != null && answered;
      settlement.close(current, broken ? Outcome.BROKEN : Outcome.ABANDONED, status);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Exchange current = exchange;
    if (current == null || cause instanceof IOException || cause instanceof Http2Exception) {
      ctx.close();
      return;
    }
    Fault fault =
        cause instanceof FaultException known
            ? known.fault()
            : Fault.of(FaultKind.INTERNAL, "the gateway failed; see its log", cause);
    refuse(ctx, current, fault);
  }

  /** Where an answer passes all stages that have seen its request: some add to it. */
  private static ChannelHandlerContext last(ChannelHandlerContext ctx) {
    ChannelHandlerContext last = ctx.pipeline().lastContext();
    return last == null ? ctx : last;
  }
}
