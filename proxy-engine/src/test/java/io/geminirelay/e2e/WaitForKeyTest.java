package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests that find every key resting wait for the first to come back. */
class WaitForKeyTest {
  private static final String MODEL = "gemini-2.5-flash";
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);

  /** A refusal that names no limit: the key rests for a second, then for two, and so on. */
  private static Reaction briefly() {
    return Errors.tooManyRequestsNoDetail();
  }

  private static void awaitWaiting(Rig rig, int count) {
    Rig.await(() -> rig.gateway().engine().waiting() == count, count + " waiting");
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }

  private static long assertCooling(String kind, Response answer) {
    assertEquals(429, answer.status(), answer::toString);
    assertTrue(answer.text().contains(kind), answer::toString);
    String seconds = answer.header("retry-after");
    assertNotNull(seconds, answer::toString);
    return Long.parseLong(seconds);
  }

  @Test
  void servesARefusedRequestOnceTheKeyIsBack() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script().next(1, briefly());
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(2, rig.journal().requestCount());
      assertEquals(0, rig.gateway().engine().waiting());
    }
  }

  @Test
  void servesWhoWaitsUntilABreakerProbes() throws Exception {
    try (Rig rig =
        Rig.of(
            1,
            "internal_retries: 0",
            "circuit_breaker: {failure_threshold: 1, recovery_timeout_secs: 1,"
                + " success_threshold: 1}")) {
      rig.script().next(1, Errors.internal500());
      assertEquals(500, rig.post(Rig.UNARY, Rig.BODY).status());
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(2, rig.journal().requestCount());
    }
  }

  @Test
  void refusesAtOnceWhatWouldWaitForTooLong() throws Exception {
    try (Rig rig = Rig.of(1, "max_wait_secs: 100")) {
      rig.script().always(Errors.tooManyRequestsPerMinute(MODEL, 200));
      Response google = rig.post(Rig.UNARY, Rig.BODY);
      assertTrue(assertCooling("RESOURCE_EXHAUSTED", google) > 100);
      Response cooling = rig.post(Rig.UNARY, Rig.BODY);
      assertTrue(assertCooling("KEYS_COOLING", cooling) > 100);
      Response openAi = rig.post(Rig.CHAT, Rig.CHAT_BODY);
      assertTrue(assertCooling("keys_cooling", openAi) > 100);
      assertEquals(1, rig.journal().requestCount());
    }
  }

  @Test
  void refusesWhoeverWaitsWhenTheTrialShowsThatItIsInVain() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script().next(1, briefly());
      rig.script().always(Errors.tooManyRequestsPerDay());
      List<TestClient> clients = begin(rig, 5);
      for (TestClient client : clients) {
        assertTrue(assertCooling("RESOURCE_EXHAUSTED", client.read()) > 20);
        client.close();
      }
      assertEquals(2, rig.journal().requestCount());
    }
  }

  /** The first is refused, which makes the others wait with it. */
  private static List<TestClient> begin(Rig rig, int count) {
    List<TestClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(TestClient.connect(rig.port()));
      clients.get(i).request("POST", Rig.UNARY, List.of(), BODY);
      awaitWaiting(rig, i + 1);
    }
    return clients;
  }

  @Test
  void sendsOneTrialBeforeTheCrowd() throws Exception {
    long trialMillis = 400;
    try (Rig rig = Rig.of(1)) {
      rig.script().next(1, briefly());
      rig.script().next(1, Reaction.usual(a -> a.delayed(Duration.ofMillis(trialMillis))));
      List<TestClient> clients = begin(rig, 20);
      for (TestClient client : clients) {
        assertServed(client.read());
        client.close();
      }
      List<ReceivedRequest> seen = rig.journal().requests();
      assertEquals(21, seen.size());
      long gap = seen.get(2).nanoTime() - seen.get(1).nanoTime();
      assertTrue(gap >= trialMillis * 900_000, "the crowd came " + gap + " ns after the trial");
    }
  }

  @Test
  void servesAllWhoWaitOnAllEventLoopsOnce() throws Exception {
    int crowd = 200;
    try (Rig rig = Rig.of(2, "server.workers: 4")) {
      for (int i = 0; i < 2; i++) {
        rig.script().nextWithKey(1, Rig.key(i), briefly());
      }
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(rig.gateway().url() + Rig.UNARY))
              .POST(HttpRequest.BodyPublishers.ofString(Rig.BODY))
              .build();
      List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
      for (int i = 0; i < crowd; i++) {
        all.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        if (i == 0) {
          awaitWaiting(rig, 1);
        }
      }
      for (CompletableFuture<HttpResponse<String>> answer : all) {
        HttpResponse<String> got = answer.get(30, TimeUnit.SECONDS);
        assertEquals(200, got.statusCode(), got::body);
        assertTrue(got.body().contains("finishReason"), got::body);
      }
      assertEquals(crowd + 2, rig.journal().requestCount());
      assertEquals(0, rig.gateway().engine().waiting());
    }
  }

  @Test
  void givesThePlaceOfAClientThatLeftToTheNext() throws Exception {
    try (Rig rig = Rig.of(1);
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      rig.script().next(1, briefly());
      List<TestClient> clients = begin(rig, 2);
      Http2Exchange stream = http2.request("POST", Rig.UNARY, List.of(), BODY);
      awaitWaiting(rig, 3);
      try (TestClient last = TestClient.connect(rig.port())) {
        byte[] body = Rig.BODY.replace("Hello", "last").getBytes(StandardCharsets.UTF_8);
        last.request("POST", Rig.UNARY, List.of(), body);
        awaitWaiting(rig, 4);
        clients.forEach(TestClient::close);
        stream.cancel();
        awaitWaiting(rig, 1);
        assertServed(last.read());
      }
      assertEquals(2, rig.journal().requestCount());
      assertTrue(rig.journal().lastRequest().bodyText().contains("last"));
    }
  }

  @Test
  void letsAClientWithOneRequestGoBeforeTheManyOfAnother() throws Exception {
    try (Rig rig = Rig.of(1, "clients: [{name: hog, token: h}, {name: small, token: s}]")) {
      rig.script().next(2, briefly());
      List<TestClient> hogs = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        TestClient hog = TestClient.connect(rig.port());
        hog.request("POST", Rig.UNARY, Header.list("x-goog-api-key", "h"), BODY);
        hogs.add(hog);
        if (i == 0) {
          awaitWaiting(rig, 1);
        }
      }
      try (TestClient small = TestClient.connect(rig.port())) {
        byte[] body = Rig.BODY.replace("Hello", "small").getBytes(StandardCharsets.UTF_8);
        small.request("POST", Rig.UNARY, Header.list("x-goog-api-key", "s"), body);
        assertServed(small.read());
      }
      for (TestClient hog : hogs) {
        assertServed(hog.read());
        hog.close();
      }
      List<ReceivedRequest> seen = rig.journal().requests();
      assertEquals(53, seen.size());
      assertTrue(seen.get(2).bodyText().contains("small"), "the second turn is the small one's");
    }
  }

  @Test
  void refusesWhomTheQueueHasNoRoomFor() throws Exception {
    try (Rig rig = Rig.of(1, "max_waiting: 1")) {
      rig.script().next(1, briefly());
      List<TestClient> first = begin(rig, 1);
      assertCooling("QUEUE_FULL", rig.post(Rig.UNARY, Rig.BODY));
      assertServed(first.get(0).read());
      first.get(0).close();
      assertEquals(2, rig.journal().requestCount());
    }
  }

  @Test
  void leadsNobodyElsewhereWhenTheQueueIsFull() throws Exception {
    try (Rig rig = Rig.of(1, "max_waiting: 4", "max_wait_secs: 60");
        TestClient open = TestClient.connect(rig.port())) {
      rig.script().always(Errors.tooManyRequestsPerMinute(MODEL, 20));
      List<TestClient> waiting = begin(rig, 4);
      Scrape[] seen = new Scrape[1];
      Rig.await(
          () -> {
            Response page = open.exchange("GET", "/metrics", List.of(), null);
            assertEquals(null, page.header("connection"));
            seen[0] = Scrape.parse(page.text());
            return seen[0].value("gemini_relay_load_level") == 2;
          },
          "the queue to be seen");
      assertEquals(1, seen[0].value("gemini_relay_load_ratio{signal=\"waiting\"}"));
      waiting.forEach(TestClient::abort);
    }
  }

  @Test
  void letsThoseWhoWaitFinishBeforeTheEnd() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script().next(1, briefly());
      List<TestClient> clients = begin(rig, 3);
      var drained = rig.gateway().engine().drain().toCompletableFuture();
      for (TestClient client : clients) {
        assertServed(client.read());
        client.close();
      }
      assertTrue(drained.get(10, TimeUnit.SECONDS), "nothing was cut off");
    }
  }

  @Test
  void sendsCommentsToWhoReadsEventsMeanwhile() throws Exception {
    try (Rig rig = Rig.of(1, "keepalive_secs: 1")) {
      rig.script().next(2, briefly());
      Response answer = rig.post(Rig.STREAM, Rig.BODY);
      assertServed(answer);
      assertTrue(answer.text().startsWith(": keep-alive\n\n"), answer::text);
    }
  }

  @Test
  void keepsNobodyWaitingWhoBringsTheKey() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().always(briefly());
      Response answer = rig.post(SimpleRig.body("Hi", MODEL, SimpleRig.OWN_KEY));
      SimpleRig.assertFails(429, "QUOTA_ERROR", answer);
      assertEquals(1, rig.google().journal().requestCount());
    }
  }

  @Test
  void neverWaitsWhereThatIsSwitchedOff() throws Exception {
    try (Rig rig = Rig.of(1, "max_wait_secs: 0")) {
      rig.script().always(briefly());
      assertCooling("RESOURCE_EXHAUSTED", rig.post(Rig.UNARY, Rig.BODY));
      assertCooling("KEYS_COOLING", rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(1, rig.journal().requestCount());
    }
  }
}
