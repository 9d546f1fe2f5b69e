package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.TestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that stay below their limits are served whatever comes at once, with Redis as without.
 */
class SharedBurstRouteTest {
  private static final int AT_ONCE = 10;

  /** Longer than it takes to be sure that no other gateway shares the limits. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(3);

  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
  private final List<Gateway> gateways = new ArrayList<>();
  private RedisServer redis;

  @BeforeEach
  void startRedis() throws Exception {
    redis = RedisServer.start(Files.createDirectories(folder.resolve("redis")));
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    gateways.forEach(Gateway::close);
    google.close();
    if (redis != null) {
      redis.close();
    }
  }

  private Gateway start() throws Exception {
    String yaml =
        """
        server: {port: 0, drain_timeout_secs: 5, admin_token: %s}
        redis_url: %s
        clients:
          - {name: few, token: %s, requests_per_minute: 20}
          - {name: some, token: %s, requests_per_minute: 100}
          - {name: many, token: %s, requests_per_minute: 600}
          - {name: tokens, token: %s, tokens_per_minute: 100000}
        groups: [{name: g, target_url: "%s", api_keys: [%s]}]
        """
            .formatted(
                TwoGateways.TOKEN,
                redis.url(),
                token("few"),
                token("some"),
                token("many"),
                token("tokens"),
                google.baseUrl(),
                Rig.key(0));
    Path own = Files.createDirectories(folder.resolve("gateway-" + gateways.size()));
    Gateway made = Gateway.stored(Files.writeString(own.resolve("config.yaml"), yaml));
    gateways.add(made);
    RedisServer.await("the store to be up", () -> TwoGateways.up(made));
    return made;
  }

  private static String token(String client) {
    return "the-token-of-one-that-asks-" + client;
  }

  /** The statuses of requests that are sent at the same moment, each on a connection of its own. */
  private List<Integer> burst(Gateway gateway, String client) {
    CyclicBarrier ready = new CyclicBarrier(AT_ONCE);
    List<CompletableFuture<Integer>> statuses = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      statuses.add(CompletableFuture.supplyAsync(() -> status(gateway, client, ready), threads));
    }
    return statuses.stream().map(CompletableFuture::join).toList();
  }

  private static int status(Gateway gateway, String client, CyclicBarrier ready) {
    try (TestClient connection = TestClient.connect(gateway.port())) {
      ready.await(30, TimeUnit.SECONDS);
      return connection
          .post(Rig.UNARY, Rig.BODY, "Authorization", "Bearer " + token(client))
          .status();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertServed(Gateway gateway, String client, int bursts) {
    for (int i = 0; i < bursts; i++) {
      assertEquals(
          Collections.nCopies(AT_ONCE, 200), burst(gateway, client), client + ", burst " + i);
    }
  }

  @Test
  void aClientThatStaysBelowItsLimitIsNeverRefused() throws Exception {
    Gateway one = start();
    long begun = System.nanoTime();
    RedisServer.await("a rest", () -> System.nanoTime() - begun > REST_NANOS);
    assertServed(one, "few", 2);
    assertServed(one, "some", 10);
    assertServed(one, "many", 20);
    assertServed(one, "tokens", 20);
    assertEquals(List.of(429), burst(one, "few").stream().distinct().toList());
  }

  @Test
  void whereTwoShareALimitEachHasAPartOfItAtHand() throws Exception {
    Gateway one = start();
    Gateway other = start();
    RedisServer.await("some held by both", () -> held("some", 16) == 2 && held("many", 100) == 2);
    RedisServer.await("tokens held by both", () -> held("tokens", 16_666) == 2);
    for (Gateway each : List.of(one, other)) {
      assertServed(each, "some", 1);
      assertServed(each, "many", 5);
      assertServed(each, "tokens", 5);
    }
  }

  /** How many gateways hold so much of the limit of {@code client}. */
  private long held(String client, int units) {
    Pattern holder = Pattern.compile(" [^ :]+:" + units + ":");
    String kind = client.equals("tokens") ? "tokens/" : "requests/";
    String limit = redis.cli("GET", "gemini-relay:limit:" + kind + client);
    return holder.matcher(limit).results().count();
  }
}
