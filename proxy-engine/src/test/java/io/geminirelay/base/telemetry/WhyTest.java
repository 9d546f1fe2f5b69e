package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.fault.FaultKind;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WhyTest {
  private static final String MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
  private static final String TOKENS = "GenerateContentInputTokensPerModelPerMinute-FreeTier";
  private static final String DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";

  private static Told quota(int keys, String outcome, String id) {
    Told told = new Told();
    for (int i = 1; i <= keys; i++) {
      told.attempt("g/" + i + "#" + i, outcome, 429, id);
    }
    return told;
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        arguments("", new Told().ok("g/1#a").end(Outcome.SERVED, 200)),
        arguments(
            "2 keys had used up gemini-2.5-flash's requests of the minute. Served by the third"
                + " attempt after 0.3 s.",
            quota(2, "quota_per_minute", MINUTE).ok("g/3#c").end(Outcome.SERVED, 200)),
        arguments(
            "1 key had used up gemini-2.5-flash's tokens of the minute. It waited 0.4 s for a key."
                + " Served by the second attempt after 0.6 s.",
            quota(1, "quota_per_minute", TOKENS)
                .waits("queue", 400)
                .ok("g/1#1")
                .end(Outcome.SERVED, 200)),
        arguments(
            "It waited 2.0 s for a key. Served by the first attempt after 2.1 s.",
            new Told().waits("queue", 2_000).ok("g/1#a").end(Outcome.SERVED, 200)),
        arguments(
            "2 keys had used up gemini-2.5-flash's requests of the day. The client got Google's"
                + " answer with status 429, because no other key was left to try.",
            quota(2, "quota_per_day", DAY).over("no_other_key").end(Outcome.SERVED, 429)),
        arguments(
            "Google failed with status 500. It waited 0.2 s for Google to recover. Served by the"
                + " second attempt after 0.4 s.",
            new Told()
                .attempt("g/1#a", "server_error", 500, "")
                .waits("backoff", 200)
                .ok("g/1#a")
                .end(Outcome.SERVED, 200)),
        arguments(
            "The model was overloaded, 2 times. The client got Google's answer with status 503,"
                + " because further tries would only have added to the overload.",
            new Told()
                .attempt("g/1#a", "overloaded", 503, "")
                .attempt("g/2#b", "overloaded", 503, "")
                .over("overload_repeats")
                .end(Outcome.SERVED, 503)),
        arguments(
            "2 keys were suspended. Refused, for no valid key could serve it.",
            quota(2, "key_suspended", "")
                .over("no_other_key")
                .fault(FaultKind.NO_KEY)
                .end(Outcome.REFUSED, 503)),
        arguments(
            "Google found the request itself at fault (status 400). The client got Google's answer"
                + " with status 400.",
            new Told()
                .attempt("g/1#a", "client_error", 400, "")
                .over("client_error")
                .end(Outcome.SERVED, 400)),
        arguments(
            "It waited 20 s for a key. Refused, for every key that could serve it was resting.",
            new Told()
                .waits("queue", 20_000)
                .over("keys_cooling")
                .fault(FaultKind.KEYS_COOLING)
                .end(Outcome.REFUSED, 429)),
        arguments(
            "Google accepted no connection. Refused with status 502, because too many requests were"
                + " being repeated already.",
            new Told()
                .attempt("g/1#a", "connect", 0, "")
                .over("retry_budget")
                .fault(FaultKind.CONNECT)
                .end(Outcome.REFUSED, 502)),
        arguments(
            "The answer began after 0.1 s and was cut short after 1.0 s: Google's answer fell"
                + " silent.",
            new Told().ok("g/1#a").broke("idle_timeout").end(Outcome.BROKEN, 200)),
        arguments(
            "The client left after 0.1 s, before an answer began.",
            new Told().attempt("g/1#a", "abandoned", 0, "").end(Outcome.ABANDONED, 0)),
        arguments(
            "It waited 3.0 s for a key. The client left after 3.0 s, while it waited.",
            new Told().waits("queue", 3_000).end(Outcome.ABANDONED, 0)),
        arguments(
            "Refused, for the client sent more requests than it may.",
            new Told().fault(FaultKind.TOO_MANY_REQUESTS).end(Outcome.REFUSED, 429)),
        arguments(
            "Refused: bad request.",
            new Told().fault(FaultKind.BAD_REQUEST).end(Outcome.REFUSED, 400)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tellsWhyInSentences(String sentences, Settled settled) {
    assertEquals(sentences, Why.of(settled));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quota_per_minute",
        "quota_per_day",
        "quota_zero",
        "rate_limited",
        "key_invalid",
        "unauthenticated",
        "key_leaked",
        "key_suspended",
        "project_denied",
        "service_disabled",
        "credential_kind",
        "exit_rate_limited",
        "location_not_supported",
        "egress_connect",
        "egress_auth",
        "egress_refused",
        "overloaded",
        "server_error",
        "not_implemented",
        "client_error",
        "forbidden",
        "stale_connection",
        "not_processed",
        "dns",
        "connect",
        "tls",
        "reset_before_answer",
        "first_byte_timeout",
        "bad_answer",
        "empty_answer",
        "broken_answer",
        "idle_timeout"
      })
  void everyOutcomeOfAnAttemptHasWordsOfItsOwn(String outcome) {
    String why =
        Why.of(new Told().attempt("g/1#a", outcome, 500, "").ok("g/2#b").end(Outcome.SERVED, 200));
    assertFalse(why.contains("_") || why.contains("an attempt ended"), why);
    assertTrue(why.endsWith("Served by the second attempt after 0.2 s."), why);
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void everyRefusalIsTold(FaultKind fault) {
    String why = Why.of(new Told().fault(fault).end(Outcome.REFUSED, fault.status()));
    assertTrue(why.startsWith("Refused") && why.endsWith(".") && !why.contains("_"), why);
  }
}
