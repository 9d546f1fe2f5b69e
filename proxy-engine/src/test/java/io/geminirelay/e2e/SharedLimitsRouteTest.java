package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.SimulatorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways under full load stay within one limit together. */
class SharedLimitsRouteTest {
  private static final int GATEWAYS = 3;
  private static final double MOST_OVER = 1.05;

  @TempDir Path folder;
  private final GeminiSimulator google =
      GeminiSimulator.start(SimulatorOptions.with(new FakeTime()).countingOnly());
  private final List<Gateway> gateways = new ArrayList<>();
  private RedisServer redis;

  @BeforeEach
  void startRedis() throws Exception {
    redis = RedisServer.start(Files.createDirectories(folder.resolve("redis")));
  }

  @AfterEach
  void end() {
    gateways.forEach(Gateway::close);
    google.close();
    if (redis != null) {
      redis.close();
    }
  }

  /** Starts the gateways with settings of the client and of the group, each with a comma before. */
  private List<Integer> start(String client, String group) throws Exception {
    String yaml =
        """
        server: {port: 0, drain_timeout_secs: 5, admin_token: %s}
        redis_url: %s
        max_wait_secs: 0
        clients: [{name: c, token: %s%s}]
        groups: [{name: g, target_url: "%s", api_keys: [%s]%s}]
        """
            .formatted(
                TwoGateways.TOKEN,
                redis.url(),
                TwoGateways.CLIENT,
                client,
                google.baseUrl(),
                Rig.key(0),
                group);
    for (int i = 0; i < GATEWAYS; i++) {
      Path own = Files.createDirectories(folder.resolve("gateway-" + i));
      gateways.add(Gateway.stored(Files.writeString(own.resolve("config.yaml"), yaml)));
    }
    for (Gateway each : gateways) {
      RedisServer.await("the store to be up", () -> TwoGateways.up(each));
    }
    return gateways.stream().map(Gateway::port).toList();
  }

  @Test
  void aClientGetsNoMoreThanItsLimitFromAllOfThem() throws Exception {
    int limit = 600;
    List<Integer> ports = start(", requests_per_minute: " + limit, "");
    long begun = System.nanoTime();
    double minutes;
    long served;
    try (Askers askers = new Askers(ports, 3, Set.of(200, 429))) {
      // The whole bucket, and what flows back in several seconds.
      askers.await(
          "the limit to bind",
          () -> askers.served() >= limit + 50 && askers.answered() >= 3 * limit);
      minutes = (System.nanoTime() - begun) / (double) TimeUnit.MINUTES.toNanos(1);
      served = askers.served();
      assertEquals(List.of(), askers.failures());
    }
    assertWithin("let in", served, limit * (1 + minutes));
  }

  @Test
  void aKeyGetsNoMoreThanItsQuotaFromAllOfThem() throws Exception {
    int limit = 600;
    List<Integer> ports = start("", ", limits: {\"*\": {rpm: %d}}".formatted(limit));
    try (Askers askers = new Askers(ports, 3, Set.of(200, 429))) {
      askers.await("the quota to be used up", () -> askers.served() >= limit);
      // Well within the minute, every one of them knows.
      long at = askers.answered();
      askers.await("much more to be asked", () -> askers.answered() >= at + 2 * limit);
      assertEquals(List.of(), askers.failures());
    }
    assertWithin("sent", google.journal().countOf(Rig.key(0)), limit);
  }

  private static void assertWithin(String what, long count, double allowed) {
    String told =
        "%s: %d of %.0f, %+.1f %%".formatted(what, count, allowed, 100 * (count / allowed - 1));
    System.out.println(told);
    assertTrue(count <= allowed * MOST_OVER, told);
  }
}
