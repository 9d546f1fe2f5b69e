package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Reaction;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded error, given to one of three keys: what it is to be taken for is read from its
 * text, and what it was taken for shows in what follows.
 */
class RecordedErrorsTest {
  private static final Pattern DELAY = Pattern.compile("\"retryDelay\": \"(\\d+)[.\\d]*s\"");

  private final long seed = new Random().nextLong();

  static List<CorpusExchange> errors() {
    List<CorpusExchange> errors =
        Corpus.all().stream().filter(exchange -> exchange.status() >= 400).toList();
    assertTrue(errors.size() >= 44);
    return errors;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("errors")
  void hasTheEffectThatItsTextAsksFor(CorpusExchange error) throws Exception {
    try (OutcomeRig rig = new OutcomeRig()) {
      rig.oneKeyGets(error.replay(seed ^ error.toString().hashCode()));
      Response answer =
          error.isOpenAi() ? rig.ask(Rig.CHAT, Rig.CHAT_BODY) : rig.ask(Rig.UNARY, Rig.BODY);
      String text = error.responseText();
      if (error.status() == 429) {
        checkQuota(rig, answer, text);
      } else if (text.matches("(?s).*(API_KEY_INVALID|SUSPENDED|reported as leaked).*")) {
        checkRests(rig, answer, Duration.ofMinutes(1), false);
      } else if (text.contains("SERVICE_DISABLED")) {
        checkRests(rig, answer, Duration.ofMinutes(1), false);
      } else if (error.status() == 503) {
        assertEquals("200 1+1", answer.status() + " " + rig.attempts());
        checkNoBlame(rig);
      } else {
        assertEquals(error.status() + " 1+0", answer.status() + " " + rig.attempts());
        assertArrayEquals(error.responseBody(), answer.body());
        checkNoBlame(rig);
      }
    } catch (AssertionError e) {
      throw new AssertionError(error + ", seed " + seed + ": " + e.getMessage(), e);
    }
  }

  private static void checkQuota(OutcomeRig rig, Response answer, String text) {
    Matcher delay = DELAY.matcher(text);
    boolean named = delay.find();
    boolean day = text.contains("PerDay") || text.contains("\"quota_limit_value\": \"0\"");
    assertTrue(day || named, text);
    // No more than a tenth is added to what Google asks for.
    Duration rest =
        day
            ? Duration.ofHours(12)
            : Duration.ofSeconds(Long.parseLong(delay.group(1)) + 1).multipliedBy(11).dividedBy(10);
    checkRests(rig, answer, rest, true);
  }

  private static void checkRests(
      OutcomeRig rig, Response answer, Duration rest, boolean otherModels) {
    assertEquals("200 1+1", answer.status() + " " + rig.attempts(), answer::toString);
    assertFalse(rig.usesOn());
    assertEquals(otherModels, rig.usesOnForAnotherModel());
    rig.pass(rest.multipliedBy(4).dividedBy(5));
    assertFalse(rig.usesOn());
    rig.pass(rest.dividedBy(5).plusMillis(300));
    rig.rig().script().clear();
    assertTrue(rig.usesOn());
  }

  private static void checkNoBlame(OutcomeRig rig) {
    assertTrue(rig.health().contains("\"available\":3"), rig.health());
    rig.oneKeyGets(Reaction.usual(usual -> usual));
    assertTrue(rig.usesOn());
  }
}
