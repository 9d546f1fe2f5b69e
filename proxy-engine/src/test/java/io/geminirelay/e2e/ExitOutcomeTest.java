package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.util.Map;
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
    // Of five keys at least three share an exit.
    try (ExitRig rig = new ExitRig(2, 5, "0", time, "max_wait_secs: 0")) {
      Map<String, Integer> ways = rig.exitOfEachKey();
      int blamed = ExitRig.keysOf(ways, 0).size() >= 3 ? 0 : 1;
      GeminiSimulator refusing = rig.googles.get(blamed);
      GeminiSimulator other = rig.googles.get(1 - blamed);
      refusing.script().always(Errors.tooManyRequestsNoDetail());
      for (String key : ExitRig.keysOf(ways, 1 - blamed)) {
        other.script().whenKey(key, Errors.tooManyRequestsPerMinute());
      }
      refusing.journal().clear();
      other.journal().clear();
      Response answer = rig.ask();
      assertEquals(200, answer.status(), answer::toString);
      // Two are taken for the keys' own; with the third at once it must be the address.
      assertEquals(3, refusing.journal().requestCount());
      // The keys that were refused there are served by the other exit.
      for (int i = 0; i < 10; i++) {
        assertEquals(200, rig.ask().status());
      }
      assertEquals(3, refusing.journal().requestCount());
      assertTrue(other.journal().countsByKey().keySet().containsAll(ExitRig.keysOf(ways, blamed)));
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

  @Test
  void aRefusedKeyIsWaitedForThoughAnotherKeysExitIsGone() throws Exception {
    try (CountingExit gone = new CountingExit();
        CountingExit open = new CountingExit();
        GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                "groups: [{name: g, target_url: \"%s\", api_keys:".formatted(google.baseUrl())
                    + " [{key: %s, proxy_url: \"%s\"}, {key: %s, proxy_url: \"%s\"}]}]"
                        .formatted(Rig.key(0), gone.url(), Rig.key(1), open.url()));
        TestClient client = TestClient.connect(gateway.port())) {
      gone.stop();
      google.script().next(1, Errors.tooManyRequestsNoDetail());
      Response answer = client.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(2, google.journal().countOf(Rig.key(1)));
    }
  }
}
