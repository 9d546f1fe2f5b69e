package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client has under way at several gateways together. */
class SharedConcurrencyRouteTest {
  private static final int GATEWAYS = 3;
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final String EVENT =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n";
  private static final Answer ENDLESS =
      Answer.of(200, "text/event-stream", EVENT + EVENT).stallAfter(EVENT.length());
  private static final List<Header> HEAD =
      Header.list(
          "Authorization", "Bearer " + TwoGateways.CLIENT, "content-type", "application/json");

  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final List<Gateway> gateways = new ArrayList<>();
  private final List<TestClient> streams = Collections.synchronizedList(new ArrayList<>());
  private RedisServer redis;

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start(Files.createDirectories(folder.resolve("redis")));
    // Every stream begins and then lasts until its client has enough.
    google.script().always(Reaction.of(ENDLESS));
  }

  @AfterEach
  void end() {
    streams.forEach(TestClient::close);
    gateways.forEach(Gateway::close);
    google.close();
    if (redis != null) {
      assertTrue(redis.dump().stream().noneMatch(each -> each.contains(TwoGateways.CLIENT)));
      redis.close();
    }
  }

  private String config(int limit) {
    return """
        server: {port: 0, drain_timeout_secs: 5, admin_token: %s}
        redis_url: %s
        clients: [{name: c, token: %s, max_concurrent: %d}]
        groups: [{name: g, target_url: "%s", api_keys: [%s]}]
        """
        .formatted(
            TwoGateways.TOKEN,
            redis.url(),
            TwoGateways.CLIENT,
            limit,
            google.baseUrl(),
            Rig.key(0));
  }

  private void startGateways(int limit) throws Exception {
    startGateways(GATEWAYS, limit);
  }

  private void startGateways(int count, int limit) throws Exception {
    for (int i = 0; i < count; i++) {
      Path own = Files.createDirectories(folder.resolve("gateway-" + i));
      gateways.add(Gateway.stored(Files.writeString(own.resolve("config.yaml"), config(limit))));
    }
    awaitAlone(0);
  }

  private void awaitAlone(int count) {
    for (Gateway each : gateways) {
      RedisServer.await(
          count + " limits to be counted alone",
          () -> metric(each.port()).endsWith(" " + count + ".0"));
    }
  }

  private static String metric(int port) {
    try (TestClient client = TestClient.connect(port)) {
      List<Header> head = Header.list("Authorization", "Bearer " + TwoGateways.TOKEN);
      return client
          .exchange("GET", "/metrics", head, null)
          .text()
          .lines()
          .filter(line -> line.startsWith("gemini_relay_limits_alone"))
          .findFirst()
          .orElse("");
    }
  }

  /** Tries to have one stream more; the head of its answer is there when this returns. */
  private boolean open(int port) {
    TestClient client = TestClient.connect(port);
    Reading head = client.request("POST", Rig.STREAM, HEAD, BODY).begin();
    boolean begun = head.status() == 200;
    assertTrue(begun || head.status() == 429, () -> "status " + head.status());
    if (begun) {
      streams.add(client);
    } else {
      client.close();
    }
    return begun;
  }

  private int port(int gateway) {
    return gateways.get(gateway).port();
  }

  private void awaitOpen(int port) {
    RedisServer.await("one stream more", () -> open(port));
  }

  private void assertNoneMore() {
    for (int i = 0; i < 3 * GATEWAYS; i++) {
      assertFalse(open(port(i % GATEWAYS)), "one stream more");
    }
  }

  /** All of them are asked at once, out of rest, until nobody gets more. */
  @ParameterizedTest
  @ValueSource(ints = {60, 3, 2})
  void allTogetherServeAsManyStreamsAsOneMayHave(int limit) throws Exception {
    startGateways(limit);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 2 * GATEWAYS; i++) {
      int port = port(i % GATEWAYS);
      clients.add(
          new Thread(() -> RedisServer.await("all", () -> !open(port) && streams.size() >= limit)));
    }
    clients.forEach(Thread::start);
    for (Thread each : clients) {
      each.join();
    }
    System.out.println("under way at once: " + streams.size() + " of " + limit);
    assertEquals(limit, streams.size(), "as many as it may have, and no more");
    assertNoneMore();
  }

  /** Redis may be there for one gateway only, so that it remembers. */
  @ParameterizedTest
  @ValueSource(ints = {20, 8, 2, 1})
  void oneThatIsAloneServesAllAtOnce(int limit) throws Exception {
    startGateways(1, limit);
    for (int i = 0; i < limit; i++) {
      assertTrue(open(port(0)), i + " of " + limit + " were let in");
    }
    assertFalse(open(port(0)));
  }

  /** Whoever was there has all in hand until another comes. */
  @Test
  void whoComesLaterServesTheFirstThatAsks() throws Exception {
    String yaml = config(8).replace("max_concurrent", "requests_per_minute: 60, max_concurrent");
    for (int i = 0; i < GATEWAYS; i++) {
      Path own = Files.createDirectories(folder.resolve("gateway-" + i));
      gateways.add(Gateway.stored(Files.writeString(own.resolve("config.yaml"), yaml)));
      assertTrue(open(port(i)), "the first at " + i);
    }
  }

  @Test
  void whatEndsAtOneCanBeginAtAnother() throws Exception {
    startGateways(6);
    for (int i = 0; i < 6; i++) {
      awaitOpen(port(0));
    }
    assertNoneMore();
    for (int i = 1; i < 5; i++) {
      streams.remove(0).close();
      long begun = System.nanoTime();
      awaitOpen(port(i % 2 + 1));
      System.out.println(
          "another began after ms: " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }
    assertNoneMore();
    gateways.remove(0).close();
    // Its own streams have ended with it.
    awaitOpen(port(1));
    awaitOpen(port(0));
  }

  @Test
  void whileRedisIsAwayEachIsAloneAndAfterwardsTheyAgree() throws Exception {
    startGateways(4);
    for (int i = 0; i < 4; i++) {
      awaitOpen(port(i % GATEWAYS));
    }
    assertNoneMore();
    redis.kill();
    awaitAlone(1);
    while (open(port(0))) {
      assertTrue(streams.size() <= 4 * GATEWAYS);
    }
    assertTrue(streams.size() > 4, "it has four by itself");
    redis.restart();
    awaitAlone(0);
    RedisServer.await("them to agree", () -> !(open(port(0)) | open(port(1)) | open(port(2))));
    assertNoneMore();
    while (streams.size() > 3) {
      streams.remove(0).close();
    }
    awaitOpen(port(2));
    assertNoneMore();
  }

  @Test
  void whatOneHeldThatDiedIsFreeForOthersWithinSeconds() throws Exception {
    Path first = Files.createDirectories(folder.resolve("first"));
    Path second = Files.createDirectories(folder.resolve("second"));
    try (GatewayProcess dies = GatewayProcess.serve(first, config(4));
        GatewayProcess lives = GatewayProcess.serve(second, config(4))) {
      int port = lives.port();
      int dying = dies.port();
      RedisServer.await("to share", () -> metric(port).endsWith(" 0.0"));
      RedisServer.await("to share", () -> metric(dying).endsWith(" 0.0"));
      for (int i = 0; i < 4; i++) {
        awaitOpen(dying);
      }
      assertFalse(open(port));
      dies.signal("KILL");
      long begun = System.nanoTime();
      for (int i = 0; i < 4; i++) {
        awaitOpen(port);
      }
      System.out.println(
          "all were free after ms: " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
      assertFalse(open(port));
    }
  }
}
