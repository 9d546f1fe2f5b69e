package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.Engine;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Reaction;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Stopping while requests are under way. */
class DrainTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final String LONG_BODY = Rig.BODY.replace("Hello", "Hello ".repeat(20));

  private static Rig slowRig() throws Exception {
    Rig rig = Rig.of(2);
    rig.script()
        .always(
            Reaction.usual(
                answer -> answer.paced(Duration.ofMillis(50)).delayed(Duration.ofMillis(300))));
    return rig;
  }

  @Test
  void finishesWhatIsUnderWayAndBeginsNothingNew() throws Exception {
    try (Rig rig = slowRig();
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port());
        TestClient idle = TestClient.connect(rig.port())) {
      assertEquals(200, idle.exchange("GET", "/health", List.of(), null).status());
      List<TestClient> clients = new ArrayList<>();
      List<Http2Exchange> streams = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String path = i % 2 == 0 ? Rig.UNARY : Rig.STREAM;
        clients.add(TestClient.connect(rig.port()));
        byte[] body = LONG_BODY.getBytes(StandardCharsets.UTF_8);
        clients.get(i).request("POST", path, List.of(), body);
        streams.add(http2.request("POST", path, List.of(), body));
      }
      rig.journal().awaitRequests(40);
      CompletionStage<Boolean> drained = rig.gateway().engine().drain();
      Rig.await(() -> refusesConnections(rig.port()), "the listener's end");
      assertUnwell(idle);
      for (TestClient client : clients) {
        Response answer = client.read();
        assertServed(answer);
        assertTrue(client.seesClose());
        client.close();
      }
      streams.forEach(stream -> assertServed(stream.response()));
      assertTrue(drained.toCompletableFuture().get(10, TimeUnit.SECONDS), "nothing was cut off");
      assertEquals(Engine.State.STOPPED, rig.gateway().engine().state());
      assertEquals(40, rig.journal().requestCount());
    }
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }

  private static void assertUnwell(TestClient open) {
    Response health = open.exchange("GET", "/health", List.of(), null);
    assertEquals(503, health.status(), health::toString);
    assertTrue(health.text().contains("draining"), health::text);
    assertEquals("close", health.header("connection"));
    assertTrue(open.seesClose());
  }

  private static boolean refusesConnections(int port) {
    try {
      TestClient.connect(port).close();
      return false;
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  @Test
  void answersTheNextRequestOfAClientThatWasNotToldOfTheEnd() throws Exception {
    try (Rig rig = Rig.of(1);
        TestClient client = TestClient.connect(rig.port())) {
      rig.script().always(Reaction.usual(answer -> answer.paced(Duration.ofMillis(100))));
      client.request("POST", Rig.STREAM, List.of(), LONG_BODY.getBytes(StandardCharsets.UTF_8));
      var answer = client.begin();
      assertEquals(null, answer.header("connection"));
      rig.gateway().engine().drain();
      Rig.await(() -> refusesConnections(rig.port()), "the listener's end");
      assertServed(answer.response());
      Response next = client.exchange("POST", Rig.UNARY, List.of(), BODY);
      assertServed(next);
      assertEquals("close", next.header("connection"));
      assertTrue(client.seesClose());
    }
  }

  /** A load balancer has to see that it ends before it sends the last request. */
  @Test
  void saysThatItEndsBeforeItStopsAcceptingIfToldTo() throws Exception {
    try (Rig rig = Rig.of(1, "server.drain_delay_secs: 0.3")) {
      CompletableFuture<Boolean> drained = rig.gateway().engine().drain().toCompletableFuture();
      try (TestClient balancer = TestClient.connect(rig.port());
          TestClient client = TestClient.connect(rig.port())) {
        assertEquals(503, balancer.exchange("GET", "/health", List.of(), null).status());
        assertServed(client.exchange("POST", Rig.UNARY, List.of(), BODY));
        assertFalse(drained.isDone());
        assertTrue(client.seesClose());
      }
      assertTrue(drained.get(10, TimeUnit.SECONDS), "nothing was cut off");
    }
  }

  @Test
  void cutsWhatOutlastsTheTimeVisibly() throws Exception {
    try (Rig rig = Rig.of(1, "server.drain_timeout_secs: 1");
        TestClient client = TestClient.connect(rig.port())) {
      rig.script().always(Reaction.usual(answer -> answer.stallAfter(20)));
      client.request("POST", Rig.UNARY, Header.list(), BODY);
      Reading answer = client.begin();
      assertEquals(200, answer.status());
      CompletableFuture<Boolean> drained = rig.gateway().engine().drain().toCompletableFuture();
      assertEquals(false, drained.get(10, TimeUnit.SECONDS));
      assertFalse(answer.response().whole());
      rig.journal().awaitCancelled(1);
    }
  }
}
