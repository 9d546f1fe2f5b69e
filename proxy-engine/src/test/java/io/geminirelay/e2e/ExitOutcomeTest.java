package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of the outcome table that blame the exit: another one follows, and no key is held. */
class ExitOutcomeTest {
  private final FakeTime time = new FakeTime();

  private Rig rig(int keys, CountingExit one, CountingExit two) throws Exception {
    String exits = "proxy_urls: [\"" + one.url() + "\", \"" + two.url() + "\"],";
    return Rig.of(GeminiSimulator.plain(time), time, exits, keys, "max_wait_secs: 0");
  }

  static Stream<Reaction> locations() {
    return Stream.of(
        Errors.locationNotSupported(), Corpus.get("errors", "rebuilt-400-user-location").replay(5));
  }

  @ParameterizedTest
  @MethodSource("locations")
  void aPlaceThatGoogleDoesNotServeIsLeftByTheOtherExitWithTheSameKey(Reaction refusal)
      throws Exception {
    try (CountingExit one = new CountingExit();
        CountingExit two = new CountingExit();
        Rig rig = rig(1, one, two)) {
      rig.script().next(1, refusal);
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(2, rig.journal().countOf(Rig.key(0)));
      assertEquals("1 1", one.tunnels() + " " + two.tunnels());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status(), "the key is not held");
    }
  }

  @Test
  void bareRefusalsOfUnrelatedKeysThroughOneExitBlameTheExit() throws Exception {
    try (CountingExit one = new CountingExit();
        CountingExit two = new CountingExit();
        Rig rig = rig(3, one, two)) {
      // Two are taken for the keys' own; with the third at once it must be the address.
      rig.script().next(3, Errors.tooManyRequestsNoDetail());
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(4, rig.journal().requestCount());
      assertTrue(one.tunnels() >= 1 && two.tunnels() >= 1);
    }
  }

  @Test
  void refusalsThatNameAQuotaNeverBlameTheExit() throws Exception {
    try (CountingExit one = new CountingExit();
        CountingExit two = new CountingExit();
        Rig rig = rig(3, one, two)) {
      rig.script().always(Errors.tooManyRequestsPerMinute());
      assertEquals(429, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(3, rig.journal().requestCount());
    }
  }

  @Test
  void anExitThatIsGoneIsPassedByForEveryKey() throws Exception {
    try (CountingExit one = new CountingExit();
        CountingExit two = new CountingExit();
        Rig rig = rig(2, one, two)) {
      one.stop();
      for (int i = 0; i < 4; i++) {
        Response answer = rig.post(Rig.UNARY, Rig.BODY);
        assertEquals(200, answer.status(), answer::toString);
      }
      assertEquals(4, rig.journal().requestCount());
    }
  }
}
