package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.sim.Errors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No client notices that Redis is gone, though its limit is shared; after that all agree again. */
class RedisLostUnderLoadTest {
  private static final int KEYS = 6;
  private static final int SOME = 300;
  private static final String MODEL = "gemini-2.5-flash";

  @TempDir Path folder;
  private RedisServer redis;

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start(Files.createDirectories(folder.resolve("redis")));
  }

  @AfterEach
  void end() {
    if (redis != null) {
      redis.close();
    }
  }

  /** Has Google refuse {@code key} to whoever uses it next, for the rest of the day. */
  private static void cool(TwoGateways two, int key) {
    two.google.script().nextWithKey(1, Rig.key(key), Errors.tooManyRequestsPerDay(MODEL));
    awaitOne(two, key);
  }

  private static void awaitOne(TwoGateways two, int key) {
    RedisServer.await(
        key + " to cool at one of them", () -> cools(two.one(), key) || cools(two.other(), key));
  }

  private static void awaitBoth(TwoGateways two, int key) {
    RedisServer.await(
        key + " to cool at both", () -> cools(two.one(), key) && cools(two.other(), key));
  }

  private static boolean cools(Gateway gateway, int key) {
    return TwoGateways.state(gateway, key).equals("cooling");
  }

  private static void awaitStore(TwoGateways two, boolean up) {
    RedisServer.await(
        "both to see that Redis is " + (up ? "back" : "lost"),
        () -> TwoGateways.up(two.one()) == up && TwoGateways.up(two.other()) == up);
  }

  @Test
  void noRequestFailsWhileRedisIsKilledAndWhileItIsSilent() throws Exception {
    String limits = "redis_url: " + redis.url() + "\nmax_wait_secs: 0";
    try (TwoGateways two =
        new TwoGateways(folder, limits, KEYS, ", requests_per_minute: 1000000")) {
      List<Integer> ports = List.of(two.one().port(), two.other().port());
      try (Askers askers = new Askers(ports, 3, Set.of(200))) {
        askers.awaitMore(SOME);
        redis.kill();
        awaitStore(two, false);
        cool(two, 0);
        askers.awaitMore(SOME);
        redis.restart();
        long begun = System.nanoTime();
        awaitBoth(two, 0);
        told("killed and started", begun);
        awaitStore(two, true);
        askers.awaitMore(SOME);
        redis.pause();
        awaitStore(two, false);
        cool(two, 1);
        askers.awaitMore(SOME);
        redis.resume();
        begun = System.nanoTime();
        awaitBoth(two, 1);
        told("stopped and continued", begun);
        awaitStore(two, true);
        // And as soon as ever what one learns is known to the other.
        cool(two, 2);
        awaitBoth(two, 2);
        askers.awaitMore(SOME);
        assertEquals(List.of(), askers.failures());
        System.out.println("without a failure: " + askers.served() + " requests");
      }
    }
  }

  private static void told(String what, long begun) {
    System.out.printf("%s: agreed after %d ms%n", what, (System.nanoTime() - begun) / 1_000_000);
  }
}
