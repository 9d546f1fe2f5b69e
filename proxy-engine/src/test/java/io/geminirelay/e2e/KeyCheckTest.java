package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.Verification;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.CircuitBreaker;
import io.geminirelay.flow.keys.ExitFigure;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.flow.keys.KeyState;
import io.geminirelay.flow.outbound.check.KeyRound;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Verifying keys by a real call, and what it may and may not change. */
class KeyCheckTest {
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());

  private static Verification of(String yaml) throws Exception {
    return of(yaml, TimeSource.SYSTEM);
  }

  private static Verification of(String yaml, TimeSource time) throws Exception {
    Path file = Files.createTempFile("keys", ".yaml");
    try {
      Files.writeString(file, yaml);
      return new Verification(
          ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config(), time);
    } finally {
      Files.delete(file);
    }
  }

  private static String group(String target, String settings, int keys) {
    String list = IntStream.range(0, keys).mapToObj(Rig::key).collect(Collectors.joining(", "));
    return "groups: [{name: g, target_url: \"%s\", %s api_keys: [%s]}]\n"
        .formatted(target, settings, list);
  }

  private static ApiKey key(Verification keys, int n) {
    return keys.keys().groups().get(0).keys().get(n);
  }

  private static KeyChecked check(Verification keys, int n) throws Exception {
    KeyChecked result = keys.check().check(key(keys, n)).get(20, TimeUnit.SECONDS);
    assertFalse(result.toString().contains("AIza"), result::toString);
    return result;
  }

  private static KeyState.Status status(Verification keys, int n) {
    return key(keys, n).state().status();
  }

  @Test
  void asksForOneModelWithTheKeyAloneAndUsesTheConnectionAgain() throws Exception {
    try (google;
        Verification keys = of(group(google.baseUrl(), "", 2))) {
      KeyChecked first = check(keys, 0);
      assertTrue(first.ok(), first::toString);
      assertEquals(200, first.status());
      assertEquals("ok", first.reason());
      assertEquals("", first.exit());
      assertEquals(key(keys, 0).name(), first.name());
      assertTrue(check(keys, 1).ok());
      ReceivedRequest asked = google.journal().requests().get(0);
      assertEquals("GET", asked.method());
      assertEquals("/v1beta/models?pageSize=1", asked.uri());
      assertEquals(Rig.key(0), asked.header("x-goog-api-key"));
      assertNull(asked.header("authorization"));
      assertEquals(1, google.journal().acceptedConnections());
    }
  }

  @Test
  void asksAnOpenAiTargetInItsOwnForm() throws Exception {
    try (google;
        Verification keys = of(group(google.baseUrl() + "/v1beta/openai/", "", 1))) {
      assertTrue(check(keys, 0).ok());
      ReceivedRequest asked = google.journal().lastRequest();
      assertEquals("/v1beta/openai/models", asked.uri());
      assertEquals("Bearer " + Rig.key(0), asked.header("authorization"));
      assertNull(asked.header("x-goog-api-key"));
    }
  }

  @Test
  void keepsWhatStandsBeforeTheApiInATarget() throws Exception {
    google.script().always(Reaction.of(Answer.of(200, "application/json", "{}")));
    try (google;
        Verification keys = of(group(google.baseUrl() + "/gemini/v1beta", "", 1))) {
      assertTrue(check(keys, 0).ok());
      assertEquals("/gemini/v1beta/models?pageSize=1", google.journal().lastRequest().uri());
    }
  }

  @Test
  void speaksHttp2WhereTheTargetDoes() throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames("127.0.0.1");
        google;
        GeminiSimulator secure = GeminiSimulator.tls(new FakeTime(), certificates);
        Verification keys =
            of(group(secure.baseUrl(), "ca_file: " + certificates.caFile() + ",", 20))) {
      List<CompletableFuture<KeyChecked>> all =
          keys.keys().groups().get(0).keys().stream().map(keys.check()::check).toList();
      for (CompletableFuture<KeyChecked> each : all) {
        KeyChecked result = each.get(20, TimeUnit.SECONDS);
        assertTrue(result.ok(), result::toString);
      }
      assertEquals(20, secure.journal().requestCount());
      assertEquals(1, secure.journal().acceptedConnections());
    }
  }

  @Test
  void aRefusedKeyBecomesInvalidAndOneThatWorksAgainIsTakenBackAtOnce() throws Exception {
    google.script().whenKey(Rig.key(0), Errors.keyInvalid());
    try (google;
        Verification keys = of(group(google.baseUrl(), "", 2))) {
      KeyChecked refused = check(keys, 0);
      assertFalse(refused.ok());
      assertEquals(400, refused.status());
      assertEquals("key_invalid", refused.reason());
      assertTrue(refused.detail().contains("API key not valid"), refused::toString);
      assertEquals(KeyState.Status.INVALID, status(keys, 0));
      assertTrue(check(keys, 1).ok());
      assertEquals(KeyState.Status.AVAILABLE, status(keys, 1));
      google.script().clear();
      assertTrue(check(keys, 0).ok());
      assertEquals(KeyState.Status.AVAILABLE, status(keys, 0));
    }
  }

  @Test
  void aSuspendedKeysOwnTextIsNotInTheResult() throws Exception {
    google.script().always(Errors.keySuspended());
    try (google;
        Verification keys = of(group(google.baseUrl(), "", 1))) {
      KeyChecked refused = check(keys, 0);
      assertEquals(403, refused.status());
      assertEquals("key_suspended", refused.reason());
      assertFalse(refused.detail().isEmpty());
    }
  }

  @Test
  void aDisabledKeyCanBeVerifiedAndStaysDisabled() throws Exception {
    try (google;
        Verification keys =
            of(
                group(google.baseUrl(), "", 1)
                    + "disabled_keys: ["
                    + Secret.of(Rig.key(0)).fingerprint()
                    + "]\n")) {
      assertTrue(check(keys, 0).ok());
      assertEquals(KeyState.Status.DISABLED, status(keys, 0));
    }
  }

  @Test
  void aProjectWithoutTheServiceRestsUntilItHasIt() throws Exception {
    google.script().always(Errors.serviceDisabled("projects/1"));
    try (google;
        Verification keys = of(group(google.baseUrl(), "", 1))) {
      assertEquals("service_disabled", check(keys, 0).reason());
      assertEquals("service_disabled", key(keys, 0).bucket().whole().reason());
      google.script().clear();
      assertTrue(check(keys, 0).ok());
      assertNull(key(keys, 0).bucket().whole());
    }
  }

  @Test
  void rateLimitsAndServerErrorsAreToldButChangeNothing() throws Exception {
    try (google;
        Verification keys =
            of(group(google.baseUrl(), "", 1) + "circuit_breaker: {failure_threshold: 1}\n")) {
      google.script().next(1, Errors.tooManyRequestsPerDay());
      KeyChecked limited = check(keys, 0);
      assertEquals(429, limited.status());
      assertEquals("quota_per_day", limited.reason());
      google.script().next(1, Errors.internal500());
      assertEquals("server_error", check(keys, 0).reason());
      google.script().next(1, Errors.overloaded503());
      assertEquals("overloaded", check(keys, 0).reason());
      assertEquals(KeyState.Status.AVAILABLE, status(keys, 0));
      assertTrue(key(keys, 0).bucket().cooldowns().isEmpty());
      assertTrue(key(keys, 0).bucket().figures().isEmpty());
      assertEquals(1.0, key(keys, 0).health(System.nanoTime()));
      assertEquals(CircuitBreaker.State.ADMITTING, breaker(keys).state());
    }
  }

  private static CircuitBreaker breaker(Verification keys) {
    return keys.breakers().of(key(keys, 0).destination().target());
  }

  @Test
  void whoDoesNotListenIsTheTargetsFaultAndTheKeyStaysAsItWas() throws Exception {
    google.close();
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (Verification keys =
        of(
            group("http://127.0.0.1:" + port, "", 1)
                + "circuit_breaker: {failure_threshold: 1}\n")) {
      KeyChecked failed = check(keys, 0);
      assertEquals("connect", failed.reason());
      assertEquals(0, failed.status());
      assertTrue(failed.detail().contains("cannot be reached"), failed::toString);
      assertEquals(KeyState.Status.AVAILABLE, status(keys, 0));
      assertEquals(CircuitBreaker.State.REFUSING, breaker(keys).state());
      // A closed target is asked nevertheless: that is what the operator wants to know.
      assertEquals("connect", check(keys, 0).reason());
    }
  }

  @Test
  void aSilentTargetIsGivenUpAfterTheTimeForAnswers() throws Exception {
    google.script().always(Reaction.of(Answer.never()));
    try (google;
        Verification keys =
            of("server: {request_timeout_secs: 1}\n" + group(google.baseUrl(), "", 1))) {
      KeyChecked silent = check(keys, 0);
      assertEquals("first_byte_timeout", silent.reason());
      assertEquals(0, silent.status());
      google.journal().awaitOpenConnections(0);
    }
  }

  @Test
  void asksAgainWhereAKeptConnectionHasGoneStale() throws Exception {
    try (google;
        Verification keys = of(group(google.baseUrl(), "", 1))) {
      assertTrue(check(keys, 0).ok());
      google.script().next(1, Reaction.of(Answer.never().closeBeforeHead()));
      KeyChecked again = check(keys, 0);
      assertTrue(again.ok(), again::toString);
      assertEquals(3, google.journal().requestCount());
    }
  }

  @Test
  void goesByTheKeysOwnExitAndNeverPastADeadOne() throws Exception {
    try (google;
        DivertingExit exit = new DivertingExit(0, google.port())) {
      String way = "proxy_urls: [\"" + exit.url() + "\"],";
      try (Verification keys = of(group("http://192.0.2.1:1", way, 1))) {
        KeyChecked result = check(keys, 0);
        assertTrue(result.ok(), result::toString);
        assertEquals("SOCKS5://127.0.0.1:" + exit.port(), result.exit());
        assertEquals(1, exit.opened());
      }
      exit.fallMute();
      try (Verification keys = of(group(google.baseUrl(), way, 1))) {
        long before = google.journal().requestCount();
        KeyChecked dead = check(keys, 0);
        assertTrue(dead.reason().startsWith("egress_"), dead::toString);
        assertEquals(before, google.journal().requestCount());
        assertEquals(KeyState.Status.AVAILABLE, status(keys, 0));
        check(keys, 0);
        check(keys, 0);
        assertEquals(ExitFigure.State.COOLING, keys.exits().figures().get(0).state());
      }
    }
  }

  @Test
  void asksFewAtOnceAndSharesOneRoundAmongAllWhoAsk() throws Exception {
    FakeTime time = new FakeTime();
    google.script().always(Reaction.usual(answer -> answer.delayed(Duration.ofMillis(5))));
    try (google;
        Verification keys = of(group(google.baseUrl(), "", 30), time)) {
      KeyRound round = new KeyRound(keys.check(), keys.keys().groups().get(0).keys(), time);
      var one = round.results().toCompletableFuture();
      var other = round.results().toCompletableFuture();
      List<KeyChecked> all = one.get(20, TimeUnit.SECONDS);
      assertEquals(30, all.stream().filter(KeyChecked::ok).count());
      assertEquals(all, other.get(20, TimeUnit.SECONDS));
      assertEquals(30, google.journal().requestCount());
      assertTrue(google.journal().acceptedConnections() <= 8, google.journal()::toString);
      round.results().toCompletableFuture().get(20, TimeUnit.SECONDS);
      assertEquals(30, google.journal().requestCount());
      time.advance(Duration.ofSeconds(6));
      round.results().toCompletableFuture().get(20, TimeUnit.SECONDS);
      assertEquals(60, google.journal().requestCount());
    }
  }

  @Test
  void whoIsStillWaitedForWhenTheGatewayStopsHasAResultToo() throws Exception {
    google.script().always(Reaction.of(Answer.never()));
    CompletableFuture<KeyChecked> late;
    try (google) {
      Verification keys = of(group(google.baseUrl(), "", 1));
      keys.close();
      late = keys.check().check(key(keys, 0));
      assertEquals(KeyChecked.NOT_ASKED, late.get(20, TimeUnit.SECONDS).reason());
    }
  }
}
