package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.flow.keys.wait.WaitQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code /health} and {@code /health/detailed}.
 *
 * <p>{@code /health} is 200 while some requests can be served and 503 otherwise, for load
 * balancers; the detailed page is always 200, for people. With {@code ?validate=true} it first asks
 * Google with every key. Thread safe.
 */
public final class HealthPages implements LocalRoute {
  private static final JsonFactory JSON = new JsonFactory();

  private final Vitals vitals;
  private final Supplier<CompletionStage<List<KeyChecked>>> verify;
  private final TimeSource time;

  /**
   * Answers from {@code vitals}.
   *
   * @param verify asks Google with every key; completes on any thread, always normally
   */
  public HealthPages(
      Vitals vitals, Supplier<CompletionStage<List<KeyChecked>>> verify, TimeSource time) {
    this.vitals = vitals;
    this.verify = verify;
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

  /** Other event loops know who waits and ask Google: the page is made when they have told. */
  private void answerInDetail(ChannelHandlerContext ctx, Exchange exchange) {
    boolean toValidate;
    try {
      toValidate = isToValidate(exchange);
    } catch (IllegalArgumentException e) {
      String detail = "the query has a broken escape: write it in percent-encoded UTF-8";
      FaultResponder.respond(ctx, exchange, Fault.of(FaultKind.BAD_REQUEST, detail), false);
      return;
    }
    CompletionStage<List<KeyChecked>> verified =
        toValidate ? verify.get() : CompletableFuture.completedStage(List.<KeyChecked>of());
    var unused =
        verified
            .thenCompose(
                results ->
                    vitals
                        .report()
                        .lanes()
                        .thenApply(lanes -> new Details(lanes, Details.byName(results))))
            .thenAcceptAsync(
                details -> {
                  if (ctx.channel().attr(Exchange.KEY).get() == exchange) {
                    write(ctx, exchange, details);
                  }
                },
                ctx.executor())
            .exceptionally(
                failure -> {
                  ctx.fireExceptionCaught(failure);
                  return null;
                });
  }

  private static boolean isToValidate(Exchange exchange) {
    return new QueryStringDecoder(exchange.uri())
        .parameters()
        .getOrDefault("validate", List.of())
        .contains("true");
  }

  /**
   * What has to be asked for before the detailed page can be written.
   *
   * @param lanes those who wait
   * @param verified results by the names of keys
   */
  private record Details(List<WaitQueue.Lane> lanes, Map<String, KeyChecked> verified) {
    static Map<String, KeyChecked> byName(List<KeyChecked> results) {
      Map<String, KeyChecked> all = new HashMap<>();
      results.forEach(result -> all.put(result.name(), result));
      return all;
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void write(ChannelHandlerContext ctx, Exchange exchange, @Nullable Details details) {
    String status = vitals.status();
    // Owner: this method, until it is written.
    ByteBuf body = ctx.alloc().buffer();
    try {
      write(body, status, details);
    } catch (RuntimeException e) {
      body.release();
      throw e;
    }
    HttpResponseStatus code =
        details != null || status.equals("ok")
            ? HttpResponseStatus.OK
            : HttpResponseStatus.SERVICE_UNAVAILABLE;
    ctx.writeAndFlush(LocalAnswer.json(exchange, code, body));
  }

  private void write(ByteBuf body, String status, @Nullable Details details) {
    try (JsonGenerator out = JSON.createGenerator((OutputStream) new ByteBufOutputStream(body))) {
      out.writeStartObject();
      out.writeStringField("status", status);
      if (details != null) {
        long uptimeNanos = time.nanoTime() - vitals.startNanos();
        out.writeStringField("version", vitals.version());
        out.writeNumberField("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(uptimeNanos));
        out.writeNumberField("usable_keys", vitals.usableKeys().getAsLong());
        out.writeNumberField("requests_in_flight", vitals.inFlight().getAsLong());
        StoreFields.write(out, vitals.store().get());
        LoadFields.write(out, vitals.load());
        vitals.report().write(out, details.lanes(), details.verified());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
