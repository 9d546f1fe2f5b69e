package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.load.Signal;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ShedHandlerTest {
  private static final ClientConfig LOW = client("low", Priority.LOW);
  private static final ClientConfig SMALL = client("small", Priority.NORMAL);
  private static final ClientConfig BIG = client("big", Priority.NORMAL);
  private static final ClientConfig HIGH = client("high", Priority.HIGH);

  private final Load load = new Load();
  private final AtomicLong inFlight = new AtomicLong();
  private ClientHolds holds = ClientHolds.of(List.of(LOW, SMALL, BIG, HIGH));
  private final List<Exchange> open = new ArrayList<>();

  private static ClientConfig client(String name, Priority priority) {
    return new ClientConfig(name, new byte[32], 0, 0, 0, List.of(), List.of(), priority);
  }

  /** The answer to a request of {@code client}; null when it went on. */
  private FullHttpResponse ask(ClientConfig client, int maxRequests) {
    EmbeddedChannel channel =
        new EmbeddedChannel(new ShedHandler(load, holds, maxRequests, inFlight::get));
    DefaultHttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(Route.NATIVE, "/", "", true);
    if (client != null) {
      exchange.client(client);
    }
    channel.attr(Exchange.KEY).set(exchange);
    channel.writeInbound(head);
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(answer == null, channel.readInbound() != null, "passed on or answered");
    if (answer == null) {
      open.add(exchange);
    } else {
      answer.release();
      assertEquals(FaultKind.OVERLOADED, exchange.fault().kind());
    }
    channel.finishAndReleaseAll();
    return answer;
  }

  private String whoIsRefused(double pressure) {
    load.take(Map.of(Signal.HEAP, pressure));
    StringBuilder refused = new StringBuilder();
    for (ClientConfig client : List.of(LOW, SMALL, BIG, HIGH)) {
      refused.append(ask(client, 0) == null ? "" : client.name() + " ");
    }
    return refused.toString().strip();
  }

  @Test
  void whoHoldsMoreThanItsShareIsRefusedBeforeOthersOfItsPriority() {
    for (int i = 0; i < 10; i++) {
      assertNull(ask(BIG, 0));
    }
    assertNull(ask(SMALL, 0));
    holds.weigh();
    assertEquals("", whoIsRefused(0.89));
    assertEquals("low", whoIsRefused(0.93));
    assertEquals("low big", whoIsRefused(0.95));
    assertEquals("low small big", whoIsRefused(0.98));
    assertEquals("low small big high", whoIsRefused(1));
    List<Long> shed = holds.all().stream().map(ClientHold::shed).toList();
    assertEquals(List.of(4L, 2L, 3L, 1L), shed);
  }

  @Test
  void thoseWithoutANameHaveAShareBesideThoseWithOne() {
    assertNull(ask(SMALL, 0));
    assertEquals(4, holds.all().size(), "nobody else was there yet");
    for (int i = 0; i < 10; i++) {
      assertNull(ask(null, 0));
    }
    holds.weigh();
    load.take(Map.of(Signal.HEAP, 0.95));
    assertNull(ask(SMALL, 0));
    assertNotNull(ask(null, 0));
    open.forEach(Exchange::closed);
    ClientHold nobody = holds.of((ClientConfig) null);
    assertEquals(1, nobody.shed());
    assertTrue(holds.all().contains(nobody), "what was refused is told afterwards");
  }

  @Test
  void aRefusalSaysWhenToComeBackAndNotToAllTheSame() {
    load.take(Map.of(Signal.HEAP, 2.0));
    List<String> times = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      FullHttpResponse answer = ask(HIGH, 0);
      assertNotNull(answer);
      assertEquals(503, answer.status().code());
      times.add(answer.headers().get("retry-after"));
    }
    assertTrue(times.stream().mapToInt(Integer::parseInt).allMatch(t -> t >= 2 && t < 10));
    assertTrue(times.stream().distinct().count() > 3, () -> "spread: " + times);
  }

  @Test
  void theNumberOfRequestsIsBoundedBetweenTwoLooksToo() {
    inFlight.set(5);
    assertNull(ask(HIGH, 5));
    inFlight.set(6);
    assertNotNull(ask(HIGH, 5));
    assertNull(ask(HIGH, 0), "0 is no bound");
  }

  @Test
  void whatIsOpenIsGivenBackAtTheEndAndOutlivesANewConfiguration() {
    for (int i = 0; i < 3; i++) {
      assertNull(ask(BIG, 0));
      assertNull(ask(null, 0), "nobody has to be known");
    }
    holds = holds.successor(List.of(client("big", Priority.LOW), SMALL));
    assertEquals(3, holds.of(BIG).open());
    assertEquals(Priority.LOW, holds.of(BIG).priority());
    open.forEach(Exchange::closed);
    open.forEach(Exchange::closed);
    assertEquals(0, holds.of(BIG).open());
    assertEquals(0, holds.of((ClientConfig) null).open());
  }
}
