package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.sim.Errors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways share a Redis with older and newer ones, as while they are upgraded one after the other:
 * they take what they understand, and leave the rest as it is.
 */
class OtherVersionsTest {
  private static final int KEYS = 6;
  private static final String PREFIX = "gemini-relay:{facts}:";
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

  private static long soon() {
    return Instant.now().toEpochMilli() + 3_600_000;
  }

  /** The name under which a gateway keeps the rest of {@code key} for the model. */
  private static String rest(TwoGateways two, int key) {
    String target = two.google.baseUrl().substring("http://".length());
    return "key/" + target + "#" + Secret.of(Rig.key(key)).fingerprint() + "/rest=" + MODEL;
  }

  /** Has Redis hold {@code value} as a gateway of another version would have written it. */
  private void hold(String name, String value) {
    long until = soon();
    redis.cli("SET", PREFIX + "f:" + name, value, "PX", "3600000");
    redis.cli("ZADD", PREFIX + "ends", Long.toString(until), name);
  }

  private static String fact(String before, String name, String fields) {
    return "{%s\"fact\":{\"name\":\"%s\",\"until\":%d,\"fields\":%s}}"
        .formatted(before, name, soon(), fields);
  }

  /** What others of our version, of an older and of a newer one leave there; by name. */
  private Map<String, String> foreign(TwoGateways two) {
    return Map.of(
        rest(two, 0),
        fact("\"v\":1,\"why\":{\"deep\":[1]},", rest(two, 0), "{\"reason\":\"x\",\"new\":\"y\"}"),
        rest(two, 1),
        fact("\"v\":1,", rest(two, 1), "{}"),
        rest(two, 2),
        fact("\"v\":9,", rest(two, 2), "{\"reason\":\"unknown\"}"),
        rest(two, 3),
        "not even JSON",
        "colour/of-a-later-version",
        fact("\"v\":1,", "colour/of-a-later-version", "{\"hue\":\"blue\"}"));
  }

  private static List<String> states(Gateway gateway) {
    return List.of(
        TwoGateways.state(gateway, 0),
        TwoGateways.state(gateway, 1),
        TwoGateways.state(gateway, 2),
        TwoGateways.state(gateway, 3));
  }

  @Test
  void whatOtherVersionsHaveWrittenHurtsNobodyAndStays() throws Exception {
    List<String> expected = List.of("cooling", "cooling", "available", "available");
    try (TwoGateways two = new TwoGateways(folder, "redis_url: " + redis.url(), KEYS)) {
      Map<String, String> foreign = foreign(two);
      foreign.forEach(this::hold);
      two.restartBoth();
      for (Gateway each : List.of(two.one(), two.other())) {
        RedisServer.await("what is understood to be known", () -> states(each).equals(expected));
        for (int i = 0; i < 2 * KEYS; i++) {
          assertEquals(200, TwoGateways.post(each).status());
        }
      }
      assertShared(two, 4);
      foreign.forEach(
          (name, value) -> assertEquals(value, redis.cli("GET", PREFIX + "f:" + name).strip()));
    }
  }

  @Test
  void whatOtherVersionsTellHurtsNobody() throws Exception {
    try (TwoGateways two = new TwoGateways(folder, "redis_url: " + redis.url(), KEYS)) {
      String era = redis.cli("HGET", PREFIX + "turn", "era").strip();
      tell(era, "{\"v\":9,\"from\":\"newer\",\"facts\":\"of another kind\"}");
      tell(era, "neither");
      tell(era, "{\"from\":\"older\"}");
      hold(rest(two, 0), fact("\"v\":1,", rest(two, 0), "{}"));
      String rest = "{\"name\":\"%s\",\"until\":%d}".formatted(rest(two, 0), soon());
      tell(era, "{\"v\":1,\"from\":\"newer\",\"seen\":[{}],\"facts\":[%s,{}]}".formatted(rest));
      for (Gateway each : List.of(two.one(), two.other())) {
        RedisServer.await(
            "the change to be heard", () -> TwoGateways.state(each, 0).equals("cooling"));
      }
      assertShared(two, 4);
      assertTrue(TwoGateways.up(two.one()) && TwoGateways.up(two.other()));
    }
  }

  private void tell(String era, String text) {
    String number = redis.cli("HINCRBY", PREFIX + "turn", "seq", "1").replaceAll("\\D", "");
    redis.cli("PUBLISH", PREFIX + "changes", era + " " + number + " " + text);
  }

  /** What one learns of {@code key} is known to the other, as ever. */
  private static void assertShared(TwoGateways two, int key) {
    two.google.script().whenKey(Rig.key(key), Errors.tooManyRequestsPerDay(MODEL));
    RedisServer.await(
        "the key to be refused",
        () -> {
          assertEquals(200, TwoGateways.post(two.one()).status());
          return two.google.journal().countOf(Rig.key(key), null, 429) > 0;
        });
    RedisServer.await(
        "the other to know", () -> TwoGateways.state(two.other(), key).equals("cooling"));
  }
}
