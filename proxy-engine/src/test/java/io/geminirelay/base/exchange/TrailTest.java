package io.geminirelay.base.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrailTest {
  private static final EgressConfig EXIT =
      new EgressConfig(
          EgressConfig.Kind.SOCKS5, "egress", 1080, "exit-user", Secret.of("exit-password"));

  // RFC 9651 section 4.2: a list whose members are items with parameters.
  private static final String BARE =
      "(?:[A-Za-z*][!#$%&'*+.^_`|~:/A-Za-z0-9-]*+"
          + "|\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*+\""
          + "|%\"(?:[ !#$&-~]|%[0-9a-f]{2})*+\""
          + "|-?[0-9]{1,15}+)";
  private static final String ITEM = BARE + "(?:;[a-z*][a-z0-9_.*-]*+(?:=" + BARE + ")?)*+";
  private static final Pattern LIST = Pattern.compile(ITEM + "(?:, " + ITEM + ")*+");

  private final FakeTime time = new FakeTime();
  private final Trail trail = new Trail();

  private void pass(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  private void attempt(String key, String outcome, int status, String quotaId, long millis) {
    trail.begins(key, null, time.nanoTime());
    pass(millis);
    trail.ended(outcome, status, quotaId, time.nanoTime());
  }

  private String text() {
    String text = TrailText.of(trail, time.nanoTime());
    assertTrue(LIST.matcher(text).matches(), text);
    assertTrue(text.length() <= 4096, () -> "length " + text.length());
    return text;
  }

  @Test
  void anExchangeWithoutAttemptHasNothingToTell() {
    assertEquals("", TrailText.of(trail, time.nanoTime()));
    assertEquals(List.of(), trail.steps(time.nanoTime()));
  }

  @Test
  void oneAttemptIsOneItem() {
    attempt("default/1#0a1b2c3d4e", "ok", 200, "", 12);
    pass(5_000);
    assertEquals("default/1#0a1b2c3d4e;exit=direct;outcome=ok;status=200;ms=12", text());
  }

  @Test
  void everyAttemptIsToldWithItsQuotaItsWaitAndTheEnd() {
    attempt("g/1#aa", "quota_per_minute", 429, "GenerateRequestsPerMinute-FreeTier", 31);
    trail.waits("backoff", time.nanoTime());
    pass(100);
    trail.waits("queue", time.nanoTime());
    pass(150);
    trail.begins("g/2#bb", EXIT, time.nanoTime());
    pass(7);
    trail.ended("connect", 0, "", time.nanoTime());
    trail.over("retry_budget");
    trail.over("second");
    assertEquals(
        "g/1#aa;exit=direct;outcome=quota_per_minute;status=429;ms=31"
            + ";quota=GenerateRequestsPerMinute-FreeTier, "
            + "g/2#bb;exit=\"socks5://egress:1080\";outcome=connect;status=0;wait=250;ms=7, "
            + "end;reason=retry_budget",
        text().replace("exit=socks5://egress:1080", "exit=\"socks5://egress:1080\""));
    assertEquals(250_000_000L, trail.waitedNanos(time.nanoTime()));
  }

  @Test
  void anExitIsShownWithoutItsUserAndPassword() {
    trail.begins("g/1#aa", EXIT, time.nanoTime());
    assertTrue(!text().contains("exit-user") && !text().contains("password"), text());
  }

  @Test
  void aWaitThatNoAttemptFollowsIsToldAsItStands() {
    trail.waits("queue", time.nanoTime());
    pass(40);
    assertEquals("wait;for=queue;ms=40", text());
    trail.over("keys_cooling");
    pass(2);
    assertEquals("wait;for=queue;ms=42, end;reason=keys_cooling", text());
    assertEquals(42_000_000L, trail.waitedNanos(time.nanoTime()));
  }

  @Test
  void anAttemptUnderWayIsOpenUntilItIsAbandoned() {
    trail.begins("g/1#aa", null, time.nanoTime());
    pass(3);
    assertEquals("g/1#aa;exit=direct;outcome=open;status=0;ms=3", text());
    trail.abandoned(time);
    pass(3);
    assertEquals("g/1#aa;exit=direct;outcome=abandoned;status=0;ms=3", text());
  }

  @Test
  void anAnswerThatIsCommittedIsNotAbandonedButMayBreak() {
    attempt("g/1#aa", "ok", 200, "", 3);
    trail.abandoned(time);
    assertEquals("ok", trail.steps(0).get(0).outcome());
    pass(10);
    trail.broke("idle_timeout", time.nanoTime());
    assertEquals("g/1#aa;exit=direct;outcome=idle_timeout;status=200;ms=13", text());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 40, 64, 65, 1_000})
  void isBoundedAndTellsHowManyAreLeftOut(int attempts) {
    for (int i = 1; i <= attempts; i++) {
      attempt("default/" + i + "#0a1b2c3d4e", "server_error", 500, "", 1);
    }
    trail.over("max_attempts");
    String text = text();
    assertTrue(trail.steps(0).size() <= 64);
    assertTrue(text.startsWith("default/1#0a1b2c3d4e;"), text);
    assertTrue(text.contains("default/" + attempts + "#"), text);
    assertTrue(text.endsWith("end;reason=max_attempts"), text);
    int shown = text.split("default/", -1).length - 1;
    int omitted =
        text.contains("omitted")
            ? Integer.parseInt(text.replaceAll(".*omitted;count=([0-9]+),.*", "$1"))
            : 0;
    assertEquals(attempts, shown + omitted, text);
  }

  @Test
  void staysBoundedWhateverTextsItIsGiven() {
    String worst = "\u20ac".repeat(500);
    for (int i = 0; i < 3; i++) {
      attempt(worst, worst, 599, worst, 1);
    }
    trail.waits(worst, time.nanoTime());
    trail.over(worst);
    text();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "default/1#ab,default/1#ab",
        "*a,*a",
        "1st/1#ab,\"1st/1#ab\"",
        "team a/1#ab,\"team a/1#ab\"",
        "a\"b\\c,\"a\\\"b\\\\c\"",
        "Gruppe-ä/1,%\"Gruppe-%c3%a4/1\"",
        "a%\"\u0007b,%\"a%25%22%07b\"",
        "``,\"\"",
      })
  void writesAnyTextAsAnItem(String text, String item) {
    StringBuilder out = new StringBuilder();
    StructuredText.append(out, text);
    assertEquals(item, out.toString());
    assertTrue(LIST.matcher(item).matches(), item);
  }

  @Test
  void keepsFieldsForOtherForms() {
    assertNull(trail.over());
    attempt("g/1#aa", "quota_per_day", 429, "PerDay", 9);
    trail.begins("g/2#bb", EXIT, time.nanoTime());
    Trail.Step first = trail.steps(time.nanoTime()).get(0);
    assertEquals(
        new Trail.Step(
            "g/1#aa", null, first.startNanos(), 0, 9_000_000, "quota_per_day", 429, "PerDay"),
        first);
    assertEquals(EXIT, trail.steps(time.nanoTime()).get(1).exit());
  }
}
