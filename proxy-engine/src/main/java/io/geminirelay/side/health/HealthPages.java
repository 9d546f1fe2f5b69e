package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.wait.WaitQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code /health} and {@code /health/detailed}.
 *
 * <p>{@code /health} is 200 while requests can be served and 503 otherwise, for load balancers; the
 * detailed page is always 200, for people. Thread safe.
 */
public final class HealthPages implements LocalRoute {
  private static final JsonFactory JSON = new JsonFactory();

  private final Vitals vitals;
  private final TimeSource time;

  /** Answers from {@code vitals}. */
  public HealthPages(Vitals vitals, TimeSource time) {
    this.vitals = vitals;
    this.time = time;
  }

  @Override
  public void answer(ChannelHandlerContext ctx, Exchange exchange, ByteBuf body) {
    body.release();
    if (exchange.route() == Route.HEALTH_DETAILED) {
      answerInDetail(ctx, exchange);
    } else {
      write(ctx, exchange, null);
    }
  }

  /** Another event loop knows who waits: the page is made when it has told. */
  private void answerInDetail(ChannelHandlerContext ctx, Exchange exchange) {
    var unused =
        vitals
            .report()
            .lanes()
            .thenAcceptAsync(
                lanes -> {
                  if (ctx.channel().attr(Exchange.KEY).get() == exchange) {
                    write(ctx, exchange, lanes);
                  }
                },
                ctx.executor())
            .exceptionally(
                failure -> {
                  ctx.fireExceptionCaught(failure);
                  return null;
                });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void write(
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
        long uptimeNanos = time.nanoTime() - vitals.startNanos();
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
