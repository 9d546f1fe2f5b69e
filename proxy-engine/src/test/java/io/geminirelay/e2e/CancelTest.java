package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Cancelled;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that leaves takes its upstream request with it. */
class CancelTest {
  private static final byte[] EVENT =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final Answer ENDLESS =
      Answer.stream(200, Header.list("content-type", "text/event-stream"), List.of(EVENT, EVENT))
          .stallAfter(EVENT.length);

  private static Rig rig(String upstream) throws Exception {
    String group = upstream.equals("h2") ? "http_version: \"2\"," : "";
    return Rig.of(GeminiSimulator.plain(new FakeTime()), group, 2);
  }

  @ParameterizedTest(name = "{0} client, {1} upstream, answer begun: {2}")
  @CsvSource({
    "h1, h1, true", "h1, h2, true", "h2, h1, true", "h2, h2, true",
    "h1, h1, false", "h1, h2, false", "h2, h1, false", "h2, h2, false"
  })
  void reachesTheUpstreamAtOnce(String client, String upstream, boolean begun) throws Exception {
    try (Rig rig = rig(upstream)) {
      rig.script().always(Reaction.of(begun ? ENDLESS : Answer.never()));
      long left = client.equals("h1") ? leaveHttp1(rig, begun) : leaveHttp2(rig, begun);
      Cancelled seen = rig.journal().awaitCancelled(1).get(0);
      long millis = (seen.nanoTime() - left) / 1_000_000;
      System.out.println(
          "cancel " + client + " -> " + upstream + ": " + millis + " ms, " + seen.how());
      assertTrue(millis <= 1_000, millis + " ms");
      assertEquals(upstream.equals("h2") ? "reset 8" : "closed", seen.how());
      assertEquals(1, rig.journal().requestCount());
      rig.journal().awaitOpenStreams(0);
      if (upstream.equals("h2")) {
        assertEquals(1, rig.journal().openConnections(), "the neighbours' connection is kept");
      }
    }
  }

  private static long leaveHttp1(Rig rig, boolean begun) {
    try (TestClient client = TestClient.connect(rig.port())) {
      client.request("POST", Rig.STREAM, List.of(), BODY);
      rig.journal().awaitRequests(1);
      if (begun) {
        Reading answer = client.begin();
        assertNotNull(answer.nextUntil("\r\n\r\n"));
      }
      return System.nanoTime();
    }
  }

  private static long leaveHttp2(Rig rig, boolean begun) {
    try (TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      Http2Exchange exchange = client.request("POST", Rig.STREAM, List.of(), BODY);
      rig.journal().awaitRequests(1);
      if (begun) {
        assertEquals(200, exchange.status());
        assertNotNull(exchange.next());
      }
      long left = System.nanoTime();
      exchange.cancel();
      rig.journal().awaitCancelled(1);
      assertTrue(client.isOpen());
      return left;
    }
  }

  @Test
  void isNoticedThoughTheClientWasNotRead() throws Exception {
    try (Rig rig = Rig.of(2, "upstream: {max_replay_bytes: 1024}")) {
      rig.script().nextAtHead(1, request -> true, Reaction.of(Answer.neverReading()));
      try (TestClient client = TestClient.connect(rig.port())) {
        client.request("POST", Rig.UNARY, Header.list("content-length", "99000000"), null);
        client.send(new byte[100_000]);
        rig.journal().awaitRequests(1);
        client.abort();
      }
      // An upstream that does not read sees no end either: the gateway has to have let go.
      assertTrue(rig.gateway().engine().drain().toCompletableFuture().get(10, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest(name = "reset: {0}")
  @ValueSource(booleans = {true, false})
  void isNoticedThoughTheStreamWasNotRead(boolean reset) throws Exception {
    try (Rig rig = Rig.of(2, "upstream: {max_replay_bytes: 1024}")) {
      rig.script().nextAtHead(1, request -> true, Reaction.of(Answer.neverReading()));
      try (TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
        Http2Exchange exchange = client.open("POST", Rig.UNARY, List.of(), false);
        for (int i = 0; i < 20_000; i++) {
          exchange.send(new byte[600], false);
        }
        rig.journal().awaitRequests(1);
        if (reset) {
          exchange.cancel();
        } else {
          client.abort();
        }
      }
      assertTrue(rig.gateway().engine().drain().toCompletableFuture().get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void endsTheRetriesToo() throws Exception {
    try (Rig rig = Rig.of(1, "internal_retries: 100")) {
      rig.script().always(Errors.internal500());
      try (TestClient client = TestClient.connect(rig.port())) {
        client.request("POST", Rig.UNARY, List.of(), BODY);
        rig.journal().awaitRequests(2);
      }
      Rig.await(() -> rig.journal().openConnections() <= 1, "the end");
      long seen = rig.journal().requestCount();
      assertTrue(seen <= 4, "went on: " + seen);
    }
  }
}
