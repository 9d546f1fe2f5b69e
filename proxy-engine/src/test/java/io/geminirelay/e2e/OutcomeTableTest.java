package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an upstream outcome means, row by row, as a client, the next requests and the operator see
 * it. The rows that blame an exit are in {@code ExitOutcomeTest}.
 */
class OutcomeTableTest {
  private static final Duration TO_RESET = Duration.ofHours(12);

  /**
   * One row.
   *
   * @param status what the client gets
   * @param attempts how often the key was asked, and how often others
   * @param state what the operator is shown of the key
   * @param otherModels whether the key still serves other models
   * @param restsFor after which time it is tried again for this model; null when it never stops
   */
  record Row(
      String name,
      Reaction answer,
      int status,
      String attempts,
      String state,
      boolean otherModels,
      @Nullable Duration restsFor) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Row cools(String name, Reaction answer, Duration rest) {
    return new Row(name, answer, 200, "1+1", "cooling", true, rest);
  }

  private static Row invalid(String name, Reaction answer) {
    return new Row(name, answer, 200, "1+1", "invalid", false, Duration.ofMinutes(1));
  }

  private static Row toClient(String name, Reaction answer, int status) {
    return new Row(name, answer, status, "1+0", "available", true, null);
  }

  private static Row failsOver(String name, Reaction answer, String attempts) {
    return new Row(name, answer, 200, attempts, "available", true, null);
  }

  private static Reaction recorded(String name) {
    return Corpus.get("errors", name).replay(7);
  }

  private static Reaction json(int status, String body) {
    return Reaction.of(Answer.of(status, "application/json", body));
  }

  private static Reaction denied(String message) {
    return json(
        403,
        "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":\""
            + message
            + "\"}}");
  }

  private static Reaction event(String error) {
    byte[] framed =
        ("data: " + error + "\r\n\r\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return Reaction.of(
        Answer.stream(200, Header.list("content-type", "text/event-stream"), List.of(framed)));
  }

  static Stream<Row> rows() {
    return Stream.of(
            refusalsOfQuota(), refusalsOfKeys(), answersForTheClient(), failuresOfTheTarget())
        .flatMap(all -> all);
  }

  private static Stream<Row> refusalsOfQuota() {
    String bare = "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}";
    String minute = "{\"error\":{\"details\":[{\"violations\":[{\"quotaId\":\"XPerMinuteY\"}]}]}}";
    return Stream.of(
        cools("429 per day", Errors.tooManyRequestsPerDay(), TO_RESET),
        cools("429 per day, recorded", recorded("rebuilt-429-per-day-sse"), TO_RESET),
        cools(
            "429 per day and per minute, recorded",
            recorded("mirascope-probe-429-per-day-and-per-minute-paid"),
            TO_RESET),
        cools("429 per minute", Errors.tooManyRequestsPerMinute(), Duration.ofSeconds(27)),
        cools(
            "429 per minute, recorded",
            recorded("rebuilt-429-retry-info-fraction"),
            Duration.ofSeconds(49)),
        cools("429 per minute without a delay", json(429, minute), Duration.ofSeconds(5)),
        cools("429 without any quota", Errors.noFreeQuota("gemini-2.5-flash"), TO_RESET),
        cools("429 limit 0, older form", recorded("firebase-quota-old-shape"), TO_RESET),
        cools("429 without detail", Errors.tooManyRequestsNoDetail(), Duration.ofSeconds(1)),
        cools("429 without a body", json(429, ""), Duration.ofSeconds(1)),
        cools("200 with a refusal", event(bare), Duration.ofSeconds(1)));
  }

  private static Stream<Row> refusalsOfKeys() {
    return Stream.of(
        invalid("400 key invalid", Errors.keyInvalid()),
        invalid("400 key expired", Errors.keyExpired()),
        invalid("400 key invalid, recorded", recorded("firebase-failure-api-key")),
        invalid("401", json(401, "{\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\"}}")),
        invalid("403 suspended", Errors.keySuspended()),
        invalid("403 leaked", Errors.keyLeaked()),
        invalid("403 leaked, recorded", recorded("rebuilt-403-key-leaked")),
        invalid("403 project denied", denied("Your project has been denied access.")),
        new Row(
            "403 service disabled",
            recorded("firebase-failure-generativelanguage-api-not-enabled"),
            200,
            "1+1",
            "cooling",
            false,
            Duration.ofMinutes(1)));
  }

  private static Stream<Row> answersForTheClient() {
    return Stream.concat(
        Stream.of(
            toClient("403 file", Errors.fileForbidden("abc"), 403),
            toClient("403 cache", denied("CachedContent not found (or permission denied)"), 403),
            toClient("403 unregistered", recorded("langchaingo-testgoogleaierrorhandling-0"), 403),
            toClient("404 model", Errors.notFound("x", "generateContent"), 404),
            toClient("404 without a body", Reaction.of(Errors.noSuchPath()), 404),
            toClient("400 location, no other exit", Errors.locationNotSupported(), 400)),
        Stream.of(400, 402, 403, 405, 408, 409, 412, 413, 416, 422, 451, 501)
            .map(status -> toClient(status + " of the client", json(status, "{}"), status)));
  }

  private static Stream<Row> failuresOfTheTarget() {
    return Stream.of(
        failsOver("500", Errors.internal500(), "3+1"),
        failsOver("502", Errors.badGateway502(), "3+1"),
        failsOver("504", Errors.gatewayTimeout504(), "3+1"),
        failsOver("503", Errors.overloaded503(), "1+1"),
        failsOver("503, recorded", recorded("pydanticai-file-search-tool-3"), "1+1"),
        failsOver("reset before an answer", Reaction.usual(Answer::resetBeforeHead), "1+1"),
        failsOver("200 with nothing", Errors.emptyOk(), "1+1"),
        failsOver("200 with an overload", event("{\"error\":{\"code\":503}}"), "1+1"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void everyOutcomeMeansWhatTheTableSays(Row row) throws Exception {
    try (OutcomeRig rig = new OutcomeRig()) {
      rig.oneKeyGets(row.answer());
      boolean event = row.name().startsWith("200");
      Response answer = rig.ask(event ? Rig.STREAM : Rig.UNARY, Rig.BODY);
      assertEquals(row.status(), answer.status(), answer::toString);
      assertEquals(row.attempts(), rig.attempts());
      int others = row.state().equals("available") ? 3 : 2;
      String health = rig.health();
      assertTrue(health.contains("\"available\":" + others), health);
      assertTrue(others == 3 || health.contains("\"" + row.state() + "\":1"), health);
      if (row.restsFor() == null) {
        rig.oneKeyGets(Reaction.usual(usual -> usual));
        assertEquals(true, rig.usesOn());
      } else {
        checkRest(rig, row, row.restsFor());
      }
    }
  }

  private static void checkRest(OutcomeRig rig, Row row, Duration rest) {
    assertEquals(false, rig.usesOn());
    assertEquals(row.otherModels(), rig.usesOnForAnotherModel());
    rig.pass(rest.multipliedBy(4).dividedBy(5));
    assertEquals(false, rig.usesOn(), "before its time");
    rig.pass(rest.dividedBy(5).plusMillis(300));
    rig.rig().script().clear();
    assertEquals(true, rig.usesOn(), "after its time");
    assertEquals(true, rig.usesOnForAnotherModel());
    String health = rig.health();
    assertTrue(health.contains("\"available\":3"), health);
  }

  /** Refused everywhere, a client is given what was said, or when to come back. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void whereEveryKeyIsToldTheSameTheClientIsToldWhatHelps(Row row) throws Exception {
    try (OutcomeRig rig = new OutcomeRig("internal_retries: 0")) {
      rig.everyKeyGets(row.answer());
      boolean event = row.name().startsWith("200");
      Response answer = rig.ask(event ? Rig.STREAM : Rig.UNARY, Rig.BODY);
      int expected =
          switch (row.state()) {
            case "cooling" -> 429;
            case "invalid" -> 503;
            default -> row.status();
          };
      if (row.status() == 200 && row.state().equals("available")) {
        assertTrue(answer.status() >= 500 || event, answer::toString);
      } else {
        assertEquals(expected, answer.status(), answer::toString);
      }
      assertEquals(expected == 429, answer.header("retry-after") != null, answer::toString);
      // What a broken connection says of a key is nothing: the last is asked once more.
      int all = row.name().startsWith("reset") ? 4 : 3;
      assertEquals(row.attempts().equals("1+0") ? 1 : all, rig.rig().journal().requestCount());
    }
  }
}
