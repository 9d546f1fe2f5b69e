package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.side.admin.events.EventFeed;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Streams of live events: how they begin and how they end. */
class AdminEventsTest {
  private final FakeTime time = new FakeTime();

  private static Reading listen(TestClient client, String... headers) {
    client.request("GET", Operator.EVENTS, Header.list(headers), null);
    Reading answer = client.begin();
    assertEquals(200, answer.status());
    assertEquals("retry: 2000\n\n", answer.nextUntil("\n\n"));
    return answer;
  }

  @Test
  void aStreamIsEventsForWhoMaySeeThem() throws Exception {
    try (Rig rig = Operator.rig(time);
        TestClient client = TestClient.connect(rig.port())) {
      assertEquals(401, Operator.get(rig, Operator.EVENTS).status());
      Reading answer = listen(client, Operator.BEARER);
      assertEquals("text/event-stream; charset=UTF-8", answer.header("content-type"));
      assertEquals("no-store", answer.header("cache-control"));
      assertEquals("nosniff", answer.header("x-content-type-options"));
      assertEquals("chunked", answer.header("transfer-encoding"));
      Response head = Operator.ask(rig, "HEAD", Operator.EVENTS, Operator.BEARER);
      assertEquals(200, head.status(), head::toString);
      assertEquals("", head.text());
    }
  }

  @Test
  void theLogoutEndsTheSessionsStreamAndTheConnectionGoesOn() throws Exception {
    try (Rig rig = Operator.rig(time);
        TestClient client = TestClient.connect(rig.port());
        TestClient other = TestClient.connect(rig.port())) {
      Operator operator = Operator.at(rig);
      String[] session = {"Cookie", operator.cookie()};
      Reading ends = listen(client, session);
      Reading stays = listen(other, Operator.BEARER);
      String[] write = {"Cookie", operator.cookie(), "X-CSRF-Token", operator.csrf()};
      assertEquals(204, Operator.ask(rig, "POST", Operator.LOGOUT, write).status());
      assertTrue(ends.response().whole());
      Response next = client.exchange("GET", Operator.SESSION, Header.list(session), null);
      assertEquals(401, next.status(), next::toString);
      assertEquals(200, stays.status());
    }
  }

  @Test
  void theEndOfTheSessionsTimeEndsItsStream() throws Exception {
    try (Rig rig = Operator.rig(time, "server.security: {session_timeout_secs: 60}");
        TestClient client = TestClient.connect(rig.port())) {
      Reading answer = listen(client, "Cookie", Operator.at(rig).cookie());
      time.advance(Duration.ofSeconds(61));
      assertTrue(answer.response().whole());
    }
  }

  @Test
  void thereAreSoManyListenersAndOneThatGoesMakesRoom() throws Exception {
    List<TestClient> clients = new ArrayList<>();
    try (Rig rig = Operator.rig(time)) {
      for (int i = 0; i < EventFeed.MAX_LISTENERS; i++) {
        clients.add(TestClient.connect(rig.port()));
        listen(clients.get(i), Operator.BEARER);
      }
      Response refused = Operator.get(rig, Operator.EVENTS, Operator.BEARER);
      assertEquals(503, refused.status(), refused::toString);
      assertEquals("5", refused.header("retry-after"));
      clients.remove(0).abort();
      Rig.await(() -> begins(rig), "room for a listener");
    } finally {
      clients.forEach(TestClient::close);
    }
  }

  private static boolean begins(Rig rig) {
    try (TestClient client = TestClient.connect(rig.port())) {
      client.request("GET", Operator.EVENTS, Header.list(Operator.BEARER), null);
      return client.begin().status() == 200;
    }
  }

  @Test
  void aDrainEndsStreamsProperlyAndDoesNotWaitForThem() throws Exception {
    try (Rig rig = Operator.rig(time, "server.drain_timeout_secs: 60");
        TestClient client = TestClient.connect(rig.port());
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      Reading answer = listen(client, Operator.BEARER);
      Http2Exchange stream =
          http2.request("GET", Operator.EVENTS, Header.list(Operator.BEARER), null);
      assertEquals(200, stream.status());
      CompletableFuture<Boolean> drained = rig.gateway().engine().drain().toCompletableFuture();
      assertTrue(answer.response().whole());
      assertTrue(stream.response().whole());
      assertTrue(drained.get(20, TimeUnit.SECONDS), "nothing was cut off");
    }
  }
}
