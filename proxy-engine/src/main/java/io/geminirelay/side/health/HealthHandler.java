package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.wait.WaitQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code local}, after {@code auth}: answers {@code /health} and {@code /health/detailed}.
 *
 * <p>{@code /health} is 200 while requests can be served and 503 otherwise, for load balancers; the
 * detailed page is always 200, for people. Keeps nothing of a request, owns nothing; one instance
 * serves every channel.
 */
@Sharable
public final class HealthHandler extends ChannelInboundHandlerAdapter {
  private static final JsonFactory JSON = new JsonFactory();

  private final Vitals vitals;
  private final TimeSource time;
  private final long startNanos;

  /** Answers from {@code vitals}; the uptime counts from now. */
  public HealthHandler(Vitals vitals, TimeSource time) {
    this.vitals = vitals;
    this.time = time;
    this.startNanos = time.nanoTime();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    boolean detailed = exchange.route() == Route.HEALTH_DETAILED;
    if (!detailed && exchange.route() != Route.HEALTH) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      // What follows the head is a body that nobody reads.
      if (message instanceof HttpRequest) {
        if (detailed) {
          answerInDetail(ctx, exchange);
        } else {
          answer(ctx, exchange, null);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** Another event loop knows who waits: the page is made when it has told. */
  private void answerInDetail(ChannelHandlerContext ctx, Exchange exchange) {
    var unused =
        vitals
            .report()
            .lanes()
            .thenAcceptAsync(lanes -> answer(ctx, exchange, lanes), ctx.executor())
            .exceptionally(
                failure -> {
                  ctx.fireExceptionCaught(failure);
                  return null;
                });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void answer(
      ChannelHandlerContext ctx, Exchange exchange, @Nullable List<WaitQueue.Lane> lanes) {
    String status = vitals.status();
    // Owner: this method, until it is written.
    ByteBuf body = ctx.alloc().buffer();
    try {
      write(body, status, lanes);
    } catch (RuntimeException e) {
      body.release();
      throw e;
    }
    HttpResponseStatus code =
        lanes != null || status.equals("ok")
            ? HttpResponseStatus.OK
            : HttpResponseStatus.SERVICE_UNAVAILABLE;
    ctx.writeAndFlush(LocalAnswer.json(exchange, code, body));
  }

  private void write(ByteBuf body, String status, @Nullable List<WaitQueue.Lane> lanes) {
    try (JsonGenerator out = JSON.createGenerator((OutputStream) new ByteBufOutputStream(body))) {
      out.writeStartObject();
      out.writeStringField("status", status);
      if (lanes != null) {
        long uptimeNanos = time.nanoTime() - startNanos;
        out.writeStringField("version", vitals.version());
        out.writeNumberField("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(uptimeNanos));
        out.writeNumberField("usable_keys", vitals.usableKeys().getAsLong());
        out.writeNumberField("requests_in_flight", vitals.inFlight().getAsLong());
        vitals.report().write(out, lanes);
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
