package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways with one Redis know what either of them learned of keys. */
class SharedStateRouteTest {
  private static final int KEYS = 8;
  private static final String MODEL = "gemini-2.5-flash";

  @TempDir Path folder;
  private RedisServer redis;

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start(Files.createDirectories(folder.resolve("redis")));
  }

  @AfterEach
  void nothingSecretIsInRedis() {
    if (redis != null) {
      redis.restart();
      String all = String.join("\n", redis.dump());
      redis.close();
      for (int i = 0; i < KEYS; i++) {
        assertFalse(all.contains(Rig.key(i)), all);
      }
      assertFalse(all.contains(TwoGateways.TOKEN) || all.contains(TwoGateways.CLIENT), all);
    }
  }

  private TwoGateways two() throws Exception {
    return new TwoGateways(folder, "redis_url: " + redis.url(), KEYS);
  }

  /** Has {@code gateway} ask until Google refuses {@code key}, for the rest of the day. */
  private static void cool(TwoGateways two, Gateway gateway, int key) {
    two.google.script().whenKey(Rig.key(key), Errors.tooManyRequestsPerDay(MODEL));
    Rig.await(
        () -> {
          assertEquals(200, TwoGateways.post(gateway).status());
          return two.google.journal().countOf(Rig.key(key), null, 429) > 0;
        },
        "key " + key + " to be refused");
  }

  private static long sentWith(TwoGateways two, int key) {
    return two.google.journal().countOf(Rig.key(key));
  }

  private static void awaitState(Gateway gateway, int key, String state) {
    Rig.await(() -> TwoGateways.state(gateway, key).equals(state), key + " to be " + state);
  }

  @Test
  void whatOneCoolsTheOtherStopsUsingWithinATenthOfASecond() throws Exception {
    try (TwoGateways two = two()) {
      long[] nanos = new long[KEYS - 1];
      for (int key = 0; key < nanos.length; key++) {
        cool(two, two.one(), key);
        long begun = System.nanoTime();
        awaitState(two.other(), key, "cooling");
        nanos[key] = System.nanoTime() - begun;
        long sent = sentWith(two, key);
        for (int i = 0; i < 2 * KEYS; i++) {
          assertEquals(200, TwoGateways.post(two.other()).status());
        }
        assertEquals(sent, sentWith(two, key));
      }
      Arrays.sort(nanos);
      System.out.println(
          "the other gateway knew after ms: "
              + Arrays.toString(Arrays.stream(nanos).map(n -> n / 1_000_000).toArray()));
      assertTrue(nanos[nanos.length / 2] <= 100_000_000L, Arrays.toString(nanos));
    }
  }

  @Test
  void aRestartForgetsNeitherADailyRestNorARefusedKey() throws Exception {
    try (TwoGateways two = two()) {
      cool(two, two.one(), 0);
      two.google.script().whenKey(Rig.key(1), Errors.keyInvalid());
      Rig.await(
          () -> {
            assertEquals(200, TwoGateways.post(two.one()).status());
            return sentWith(two, 1) > 0;
          },
          "the key to be refused");
      two.restartBoth();
      for (Gateway each : List.of(two.one(), two.other())) {
        // A start waits for what Redis holds, though not for ever: this machine may be busy.
        awaitState(each, 0, "cooling");
        awaitState(each, 1, "invalid");
      }
      TwoGateways.admin(two.other(), "POST", TwoGateways.path(0) + "/reset");
      awaitState(two.one(), 0, "available");
    }
  }

  /** When the rest of {@code key} ends as {@code gateway} sees it, to the minute. */
  private static Instant end(Gateway gateway, int key) {
    String all = String.valueOf(TwoGateways.admin(gateway, "GET", TwoGateways.path(key)));
    Matcher until = Pattern.compile("until=([^,}]+)").matcher(all);
    assertTrue(until.find(), all);
    return Instant.parse(until.group(1)).plusSeconds(30).truncatedTo(ChronoUnit.MINUTES);
  }

  @Test
  void aRestThatIsShorterAfterAReloadOfOneIsSoForBoth() throws Exception {
    Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
    Instant late = hour.plus(6, ChronoUnit.HOURS);
    Instant soon = hour.plus(3, ChronoUnit.HOURS);
    String reset = "daily_reset: \"%s UTC\"";
    String state = "redis_url: " + redis.url() + "\n" + reset.formatted(clock(late));
    try (TwoGateways two = new TwoGateways(folder, state, KEYS)) {
      cool(two, two.one(), 0);
      awaitState(two.other(), 0, "cooling");
      assertEquals(late, end(two.other(), 0));
      Path file = folder.resolve("one/config.yaml");
      String before = Files.readString(file);
      Files.writeString(
          file, before.replace(reset.formatted(clock(late)), reset.formatted(clock(soon))));
      TwoGateways.admin(two.one(), "POST", "config/reload");
      Rig.await(() -> end(two.other(), 0).equals(soon), "the other to know the earlier end");
      // Nor does the other make it longer again.
      cool(two, two.other(), 1);
      awaitState(two.one(), 1, "cooling");
      assertEquals(soon, end(two.one(), 0));
      assertEquals(soon, end(two.other(), 0));
    }
  }

  private static String clock(Instant hour) {
    return hour.toString().substring(11, 16);
  }

  @Test
  void theLastHandOfAnyOperatorDecidesWhetherAKeyIsAside() throws Exception {
    try (TwoGateways two = two()) {
      TwoGateways.admin(two.one(), "POST", TwoGateways.path(3) + "/disable");
      awaitState(two.other(), 3, "disabled");
      long sent = sentWith(two, 3);
      for (int i = 0; i < 2 * KEYS; i++) {
        assertEquals(200, TwoGateways.post(two.other()).status());
      }
      assertEquals(sent, sentWith(two, 3));
      // The other's file says nothing of it: it is taken back everywhere all the same.
      TwoGateways.admin(two.other(), "POST", TwoGateways.path(3) + "/enable");
      assertEquals("available", TwoGateways.state(two.other(), 3));
      awaitState(two.one(), 3, "available");
      // Neither a change of something else nor a restart undoes that, though the file does not
      // know.
      TwoGateways.admin(two.one(), "POST", TwoGateways.path(4) + "/disable");
      awaitState(two.other(), 4, "disabled");
      assertEquals("available", TwoGateways.state(two.one(), 3));
      two.restartOne();
      awaitState(two.one(), 3, "available");
      assertEquals("disabled", TwoGateways.state(two.one(), 4));
      TwoGateways.admin(two.one(), "POST", TwoGateways.path(3) + "/disable");
      awaitState(two.other(), 3, "disabled");
    }
  }

  @Test
  void twoGatewaysTogetherKeepToTheLimitOfAClient() throws Exception {
    int perMinute = 200;
    String limit = ", requests_per_minute: " + perMinute;
    try (TwoGateways two = new TwoGateways(folder, "redis_url: " + redis.url(), KEYS, limit)) {
      // Both are with Redis for certain once each has heard of the other.
      TwoGateways.admin(two.one(), "POST", TwoGateways.path(7) + "/disable");
      awaitState(two.other(), 7, "disabled");
      TwoGateways.admin(two.other(), "POST", TwoGateways.path(7) + "/enable");
      awaitState(two.one(), 7, "available");
      long begun = System.nanoTime();
      int served = 0;
      int refused = 0;
      for (int i = 0; i < 2 * perMinute; i++) {
        int status = TwoGateways.post(i % 2 == 0 ? two.one() : two.other()).status();
        assertTrue(status == 200 || status == 429, "status " + status);
        served += status == 200 ? 1 : 0;
        refused += status == 429 ? 1 : 0;
      }
      double minutes = (System.nanoTime() - begun) / 60e9;
      String seen = served + " served, " + refused + " refused in minutes: " + minutes;
      System.out.println(seen);
      // What flows back meanwhile may be used as well.
      assertTrue(served <= perMinute * (1.05 + minutes) + 1, seen);
      assertTrue(served >= perMinute * 0.9, seen);
    }
  }

  @Test
  void withoutRedisAtTheStartGatewaysServeAndAgreeOnceItIsThere() throws Exception {
    redis.kill();
    try (TwoGateways two = two()) {
      Rig.await(() -> !TwoGateways.up(two.one()), "the lack to be noticed");
      cool(two, two.one(), 0);
      cool(two, two.other(), 1);
      redis.restart();
      awaitState(two.other(), 0, "cooling");
      awaitState(two.one(), 1, "cooling");
      for (Gateway each : List.of(two.one(), two.other())) {
        Rig.await(() -> TwoGateways.up(each), "Redis to be back for all");
      }
    }
  }

  @Test
  void noRequestFailsWhileRedisIsKilledStoppedAndStartedAgain() throws Exception {
    try (TwoGateways two = two();
        Load load = new Load(List.of(two.one(), two.other()))) {
      load.awaitMore(200);
      redis.kill();
      Rig.await(() -> !TwoGateways.up(two.one()), "the loss to be noticed");
      load.awaitMore(200);
      cool(two, two.one(), 0);
      redis.restart();
      long back = System.nanoTime();
      awaitState(two.other(), 0, "cooling");
      System.out.println("agreed again after ms: " + (System.nanoTime() - back) / 1_000_000);
      redis.pause();
      Rig.await(() -> !TwoGateways.up(two.other()), "silence to be noticed");
      load.awaitMore(200);
      cool(two, two.other(), 1);
      redis.resume();
      awaitState(two.one(), 1, "cooling");
      load.awaitMore(200);
      assertEquals(List.of(), load.failures());
    }
  }

  /** Clients that ask all the time. */
  private static final class Load implements AutoCloseable {
    private final AtomicLong done = new AtomicLong();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Load(List<Gateway> gateways) {
      for (Gateway each : gateways) {
        Thread thread = new Thread(() -> ask(each), "load");
        thread.start();
        threads.add(thread);
      }
    }

    private void ask(Gateway gateway) {
      try (TestClient client = TestClient.connect(gateway.port())) {
        while (!over) {
          int status =
              client
                  .post(Rig.UNARY, Rig.BODY, "Authorization", "Bearer " + TwoGateways.CLIENT)
                  .status();
          if (status != 200) {
            failures.add("status " + status);
          }
          done.incrementAndGet();
        }
      } catch (RuntimeException | Error e) {
        failures.add(e.toString());
      }
    }

    List<String> failures() {
      return List.copyOf(failures);
    }

    void awaitMore(int count) {
      long wanted = done.get() + count;
      Rig.await(() -> done.get() >= wanted || !failures.isEmpty(), count + " requests");
    }

    @Override
    public void close() {
      over = true;
      Rig.await(() -> threads.stream().noneMatch(Thread::isAlive), "the load to end");
    }
  }
}
