package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.sim.Errors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Redis loses, or a newer gateway writes, brings no key back that was put aside. */
class LostEntriesTest {
  private static final String FACTS = "gemini-relay:{facts}:";
  private static final String BY_HAND = "disabled";
  private static final String BY_GOOGLE = "invalid";

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

  /** Two gateways that know of one key that it is disabled, and of another that Google refuses. */
  private TwoGateways two() throws Exception {
    TwoGateways two = new TwoGateways(folder, "redis_url: " + redis.url(), 4);
    TwoGateways.admin(two.one(), "POST", TwoGateways.path(0) + "/disable");
    two.google.script().whenKey(Rig.key(1), Errors.keyInvalid());
    Rig.await(
        () -> {
          assertEquals(200, TwoGateways.post(two.one()).status());
          return two.google.journal().countOf(Rig.key(1)) > 0;
        },
        "the key to be refused");
    Rig.await(
        () -> aside(two.other()).equals(List.of(BY_HAND, BY_GOOGLE)), "the other to know of both");
    return two;
  }

  private static List<String> aside(Gateway gateway) {
    return List.of(TwoGateways.state(gateway, 0), TwoGateways.state(gateway, 1));
  }

  private static void assertAside(TwoGateways two) {
    assertEquals(List.of(BY_HAND, BY_GOOGLE), aside(two.one()));
    assertEquals(List.of(BY_HAND, BY_GOOGLE), aside(two.other()));
  }

  private List<String> entries() {
    return redis.cli("--scan", "--pattern", FACTS + "f:*").lines().sorted().toList();
  }

  /** Has both read all there is. */
  private void readAnew() {
    redis.cli("CLIENT", "KILL", "TYPE", "pubsub");
  }

  /** A third that comes now finds what is there. */
  private static void assertKnownAfterRestart(TwoGateways two) throws Exception {
    two.restartOne();
    Rig.await(
        () -> aside(two.one()).equals(List.of(BY_HAND, BY_GOOGLE)), "it to learn of both anew");
  }

  @Test
  void anEntryThatIsGoneIsPutBack() throws Exception {
    try (TwoGateways two = two()) {
      assertKnownAfterRestart(two); // now neither of them has written it just before
      List<String> entries = entries();
      assertEquals(2, entries.size());
      entries.forEach(entry -> redis.cli("DEL", entry));
      readAnew();
      RedisServer.await("both to be there again", () -> entries().equals(entries));
      assertAside(two);
      assertKnownAfterRestart(two);
    }
  }

  @Test
  void theListOfEntriesIsMadeAnew() throws Exception {
    try (TwoGateways two = two()) {
      redis.cli("DEL", FACTS + "ends");
      readAnew();
      RedisServer.await(
          "the list to be there again", () -> redis.cli("ZCARD", FACTS + "ends").startsWith("2"));
      assertAside(two);
      assertKnownAfterRestart(two);
    }
  }

  @Test
  void whatANewerGatewayMakesOfAnEntryIsLeftAndEndsNothing() throws Exception {
    try (TwoGateways two = two()) {
      String newer = "{\"v\":2,\"fact\":\"of another form\"}";
      entries().forEach(entry -> redis.cli("SET", entry, newer, "KEEPTTL"));
      readAnew();
      // Once a change comes through again, all was read.
      TwoGateways.admin(two.one(), "POST", TwoGateways.path(2) + "/disable");
      Rig.await(() -> TwoGateways.state(two.other(), 2).equals(BY_HAND), "the other to hear");
      assertAside(two);
      assertEquals(
          2, entries().stream().filter(entry -> redis.cli("GET", entry).startsWith(newer)).count());
    }
  }

  @Test
  void whatAFullRedisDropsIsKnownOnAndPutBack() throws Exception {
    try (TwoGateways two = two()) {
      List<String> entries = entries();
      redis.cli("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
      redis.cli("CONFIG", "SET", "maxmemory", "1");
      RedisServer.await("all to be dropped", () -> entries().isEmpty());
      RedisServer.await("it to be noticed", () -> !TwoGateways.up(two.other()));
      assertAside(two);
      redis.cli("CONFIG", "SET", "maxmemory", "0");
      RedisServer.await("both to be there again", () -> entries().equals(entries));
      assertAside(two);
      assertKnownAfterRestart(two);
    }
  }
}
