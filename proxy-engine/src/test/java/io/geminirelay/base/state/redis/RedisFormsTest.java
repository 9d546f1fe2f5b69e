package io.geminirelay.base.state.redis;

import static io.geminirelay.base.state.redis.Instance.fact;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.state.LeaseStore.Answer;
import io.geminirelay.base.state.LeaseStore.Ask;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Redis as it is run: with TLS and users, behind Sentinels, as a Cluster. */
class RedisFormsTest {
  private static final long HOUR = 3_600_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void followsTheMasterThatSentinelsName(boolean crashes) {
    try (RedisServer master = RedisServer.start(folder, "--repl-diskless-sync-delay", "0");
        RedisServer replica =
            RedisServer.start(folder, "--replicaof", "127.0.0.1", Integer.toString(master.port()));
        RedisServer sentinel = RedisServer.startSentinel(folder, master)) {
      RedisServer.await(
          "the replica is in step", () -> replica.cli("INFO").contains("master_link_status:up"));
      RedisServer.await(
          "the sentinel knows the replica",
          () -> sentinel.cli("SENTINEL", "REPLICAS", "mymaster").contains(":" + replica.port()));
      String url = "redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#mymaster";
      try (Instance one = Instance.ready(url);
          Instance other = Instance.ready(url)) {
        one.writeInTheEnd(fact("bucket/a", "day", HOUR));
        other.awaitKnown("bucket/a");
        RedisServer.await(
            "the replica has it too", () -> replica.cli("--scan").contains("bucket/a"));
        if (crashes) {
          master.kill();
        } else {
          master.pause();
        }
        one.awaitUp(false);
        one.awaitUp(true);
        other.awaitUp(true);
        one.writeInTheEnd(fact("bucket/b", "day", HOUR));
        other.awaitKnown("bucket/b");
        other.awaitKnown("bucket/a");
        assertTrue(replica.cli("--scan").contains("bucket/b"));
      }
    }
  }

  @Test
  void worksInACluster() {
    List<RedisServer> nodes = new ArrayList<>();
    try {
      nodes.addAll(RedisServer.startCluster(folder, 3));
      String url = nodes.get(0).url() + "?cluster=true";
      String hosts =
          "redis://127.0.0.1:" + nodes.get(1).port() + ",127.0.0.1:" + nodes.get(2).port();
      try (Instance one = Instance.ready(url);
          Instance other = Instance.ready(hosts)) {
        for (int i = 0; i < 20; i++) {
          one.write(fact("bucket/" + i, "day", HOUR));
        }
        RedisServer.await("all are known", () -> other.known.size() == 20);
        AtomicInteger rounds = new AtomicInteger();
        RedisServer.await(
            "no node is too slow for a round",
            () -> bothLeaseOf("client/" + rounds.incrementAndGet() + "/", one, other));
        for (RedisServer node : nodes) {
          assertTrue(node.cli("--scan").contains("limit:"), "limits are spread");
        }
        one.end("bucket/3");
        other.awaitUnknown("bucket/3");
        try (Instance later = Instance.ready(hosts)) {
          assertEquals(19, later.known.size());
        }
      }
    } finally {
      RedisServer.closeAll(nodes);
    }
  }

  /**
   * Both lease of the same new limits; whether each of them was told of. A node that takes long is
   * given up, and nobody knows whether it has granted anything: then others are to be asked of.
   */
  private static boolean bothLeaseOf(String limits, Instance one, Instance other) {
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asks.add(new Ask(limits + i, 10, 1, 8, 0, -1));
    }
    List<Optional<Answer>> first;
    List<Optional<Answer>> rest;
    try {
      first = one.store.leases().ask("one", asks).toCompletableFuture().join();
      rest = other.store.leases().ask("one", asks).toCompletableFuture().join();
    } catch (CompletionException e) {
      return false; // after what was given up, one looks whether all is well
    }
    if (Stream.concat(first.stream(), rest.stream()).anyMatch(Optional::isEmpty)) {
      return false;
    }
    first.forEach(answer -> assertEquals(8, answer.orElseThrow().granted()));
    rest.forEach(answer -> assertEquals(2, answer.orElseThrow().granted()));
    return true;
  }

  @Test
  void aMasterThatKeepsSilentTakesNoLimitsOfOthersWithIt() throws Exception {
    List<RedisServer> nodes = new ArrayList<>();
    try {
      nodes.addAll(RedisServer.startCluster(folder, 3));
      try (Instance one = Instance.ready(nodes.get(0).url() + "?cluster=true")) {
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          asks.add(new Ask("client/" + i, 10, 1, 1, 0, -1));
        }
        one.store.leases().ask("one", asks).toCompletableFuture().join();
        nodes.get(2).pause();
        // Sooner than a round is given up.
        List<Optional<Answer>> answers =
            one.store
                .leases()
                .ask("one", asks)
                .toCompletableFuture()
                .get(900, TimeUnit.MILLISECONDS);
        long answered = answers.stream().filter(Optional::isPresent).count();
        assertTrue(answered > 0 && answered < 20, answered + " were answered");
      } finally {
        nodes.get(2).resume();
      }
    } finally {
      RedisServer.closeAll(nodes);
    }
  }

  @Test
  void aClusterThatWasAwayIsFoundAgain() {
    List<RedisServer> nodes = new ArrayList<>();
    try {
      nodes.addAll(RedisServer.startCluster(folder, 3));
      try (Instance one = Instance.ready(nodes.get(0).url() + "?cluster=true")) {
        one.write(fact("bucket/a", "day", HOUR));
        nodes.forEach(RedisServer::kill);
        one.awaitUp(false);
        nodes.forEach(RedisServer::restart);
        one.awaitUp(true);
        one.writeInTheEnd(fact("bucket/b", "day", HOUR));
        try (Instance later = Instance.ready(nodes.get(2).url() + "?cluster=true")) {
          assertEquals(Set.of("bucket/a", "bucket/b"), later.known.keySet());
        }
      }
    } finally {
      RedisServer.closeAll(nodes);
    }
  }

  @Test
  void logsInOverTlsAndNeverShowsThePassword() throws IOException {
    String password = "pass-of-the-relay-7f3a";
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger("ROOT");
    log.start();
    logger.addAppender(log);
    try (TestCertificates certificates = TestCertificates.forNames()) {
      RedisServer redis = withTls(certificates, password);
      String trust = "?ca_file=" + certificates.caFile();
      // The same by another name: what one is told of is not counted, should it be slow to connect.
      String elsewhere = "@localhost:" + redis.port();
      try (redis;
          Instance one =
              Instance.ready("rediss://relay:" + password + "@127.0.0.1:" + redis.port() + trust);
          Instance stranger = new Instance("rediss://relay:wrong" + password + elsewhere + trust);
          Instance distrusting = new Instance("rediss://relay:" + password + elsewhere)) {
        one.write(fact("bucket/a", "day", HOUR));
        assertEquals(5, one.lease(new Ask("client/a", 10, 1, 5, 0, -1)).granted());
        stranger.awaitUp(false);
        distrusting.awaitUp(false);
        one.awaitUp(true);
        assertFalse(redis.dump().isEmpty());
        redis.dump().forEach(entry -> assertFalse(entry.contains(password), entry));
      }
    } finally {
      logger.detachAppender(log);
    }
    for (ILoggingEvent event : List.copyOf(log.list)) {
      assertFalse(event.getFormattedMessage().contains(password), event.getFormattedMessage());
    }
    assertEquals(
        2,
        List.copyOf(log.list).stream()
            .filter(event -> event.getLoggerName().endsWith("RedisHealth"))
            .filter(event -> event.getFormattedMessage().contains("localhost"))
            .count(),
        "each outage is told once");
  }

  private RedisServer withTls(TestCertificates certificates, String password) throws IOException {
    Path key = folder.resolve("key.pem");
    Path chain = folder.resolve("chain.pem");
    Path users = folder.resolve("users.acl");
    Files.writeString(key, certificates.privateKeyPem());
    Files.writeString(chain, certificates.chainPem());
    Files.writeString(
        users,
        "user default on nopass ~* &* +@all\n"
            + "user relay on >"
            + password
            + " ~gemini-relay:* &gemini-relay:* -@all +@connection +@scripting +@read +@write"
            + " +publish +subscribe +time\n");
    return RedisServer.startWithAccess(
        folder,
        List.of("--tls", "--cacert", certificates.caFile().toString()),
        "--tls-port",
        "PORT",
        "--tls-auth-clients",
        "no",
        "--tls-cert-file",
        chain.toString(),
        "--tls-key-file",
        key.toString(),
        "--tls-ca-cert-file",
        certificates.caFile().toString(),
        "--aclfile",
        users.toString());
  }
}
