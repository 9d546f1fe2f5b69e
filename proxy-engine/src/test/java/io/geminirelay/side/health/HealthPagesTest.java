package io.geminirelay.side.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.wait.WaitQueue;
import io.geminirelay.side.local.LocalHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthPagesTest {
  private static final TimeSource STILL =
      new TimeSource() {
        @Override
        public long nanoTime() {
          return 5;
        }

        @Override
        public Instant instant() {
          return Instant.EPOCH;
        }
      };

  private static final Crowd CROWD =
      new Crowd(
          () ->
              CompletableFuture.completedStage(
                  List.of(new WaitQueue.Lane("m", List.of("g"), 3, 2, 40_000_000))),
          () -> List.of(new Crowd.Client("c", 1, 4, Crowd.UNLIMITED, 0)));

  @ParameterizedTest
  @CsvSource({"false,2,200,ok", "true,2,503,draining", "false,0,503,no_usable_key"})
  void tellsWhetherRequestsCanBeServed(boolean draining, long keys, int status, String word) {
    FullHttpResponse answer = ask(draining, keys, "GET", Route.HEALTH);
    assertEquals(status, answer.status().code());
    assertEquals(
        "{\"status\":\"" + word + "\"}", answer.content().toString(StandardCharsets.UTF_8));
    answer.release();
  }

  @Test
  void answersHeadWithoutBody() {
    FullHttpResponse answer = ask(false, 1, "HEAD", Route.HEALTH);
    assertEquals(200, answer.status().code());
    assertEquals("15", answer.headers().get("content-length"));
    assertEquals(0, answer.content().readableBytes());
  }

  @Test
  void tellsTheDetails() {
    FullHttpResponse answer = ask(true, 1, "GET", Route.HEALTH_DETAILED);
    assertEquals(200, answer.status().code());
    assertEquals(
        "{\"status\":\"draining\",\"version\":\"1\",\"uptime_seconds\":0,\"usable_keys\":1,\"requests_in_flight\":4,"
            + "\"store\":{\"name\":\"redis\",\"up\":false,\"facts\":3,\"failures\":1},"
            + "\"load\":{\"level\":\"calm\",\"step\":\"calm\",\"signals\":{}},"
            + "\"waiting\":{\"requests\":3,\"lanes\":[{\"model\":\"m\",\"groups\":[\"g\"],\"requests\":3,"
            + "\"clients\":2,\"oldest_ms\":40}]},\"clients\":[{\"name\":\"c\",\"requests_in_flight\":1,"
            + "\"concurrent_left\":4,\"tokens_left\":0}],"
            + "\"groups\":[],\"buckets\":[],\"exits\":[],\"breakers\":[{\"target\":"
            + "\"generativelanguage.googleapis.com\",\"state\":\"admitting\",\"models\":[]}]}",
        answer.content().toString(StandardCharsets.UTF_8));
    answer.release();
  }

  private static FullHttpResponse ask(boolean draining, long keys, String method, Route route) {
    KeyRing ring = KeyRing.of(List.of(), KeysConfig.STANDARD, STILL, new Random(1));
    Breakers breakers = new Breakers(BreakerConfig.STANDARD, STILL);
    HealthReport report =
        new HealthReport(
            ring, breakers, new Exits(STILL), List.of(TargetConfig.STANDARD), CROWD, STILL);
    Vitals vitals =
        new Vitals(
            "1",
            5,
            () -> draining,
            () -> keys > 0,
            () -> keys,
            () -> 4,
            () -> new StoreFigure("redis", false, 3, 1),
            new Load(),
            report);
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new LocalHandler(
                Map.of(
                    route,
                    new HealthPages(
                        vitals, () -> CompletableFuture.completedStage(List.of()), STILL)),
                taken -> {}));
    HttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/health");
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(route, "/health", "", false);
    channel.attr(Exchange.KEY).set(exchange);
    channel.writeInbound(head, LastHttpContent.EMPTY_LAST_CONTENT);
    assertNull(channel.readInbound());
    return channel.readOutbound();
  }
}
