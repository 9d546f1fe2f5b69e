package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Keys leave an exit that fails, come back to it, and never go without one. */
class ExitFailoverTest {
  private static final int KEYS = 24;

  @Test
  void anExitThatDiesUnderLoadMovesItsKeysAndNoClientNoticesIt() throws Exception {
    try (ExitRig rig = new ExitRig(3, KEYS, "0.2")) {
      Map<String, Integer> before = rig.exitOfEachKey();
      assertEquals(KEYS, before.size());
      ExitLoad load = new ExitLoad(rig.port(), 12);
      load.awaitMore(300);
      rig.exits.get(1).die();
      load.awaitMore(600);
      load.end();
      assertEquals(List.of(), load.refused());

      Map<String, Integer> during = rig.exitOfEachKey();
      assertEquals(KEYS, during.size());
      before.forEach(
          (key, exit) -> {
            if (exit != 1) {
              assertEquals(exit, during.get(key), key);
            }
          });
      assertEquals(Set.of(), ExitRig.keysOf(during, 1));

      rig.revive(1);
      // No request goes there before a check has: the keys are elsewhere meanwhile.
      Rig.await(() -> rig.exits.get(1).opened() > 0, "a check");
      Rig.await(() -> rig.exitOfEachKeyOrNone().equals(before), "the keys' return");
      assertEquals(0, rig.target.journal().acceptedConnections());
    }
  }

  @Test
  void withoutChecksATrialFindsThatAnExitIsBack() throws Exception {
    try (ExitRig rig = new ExitRig(2, 8, "0")) {
      Map<String, Integer> before = rig.exitOfEachKey();
      rig.exits.get(0).die();
      assertEquals(Set.of(), ExitRig.keysOf(rig.exitOfEachKey(), 0));
      rig.revive(0);
      Rig.await(() -> rig.exitOfEachKeyOrNone().equals(before), "the keys' return");
    }
  }

  @Test
  void unusedExitsAreCheckedByConnectionsThatCarryNothing() throws Exception {
    try (ExitRig rig = new ExitRig(3, 1, "0.1")) {
      rig.exits.forEach(exit -> Rig.await(() -> exit.opened() > 1, "two checks"));
      assertEquals(0, rig.requests());
      assertEquals(0, rig.target.journal().acceptedConnections());
    }
  }

  @Test
  void aDeadExitIsFoundBeforeARequestMeetsIt() throws Exception {
    try (ExitRig rig = new ExitRig(2, 8, "0.1")) {
      rig.exits.get(0).fallMute();
      // The second begins when the first has been noted down.
      Rig.await(() -> rig.exits.get(0).refused() > 1, "checks that fail");
      assertEquals(8, ExitRig.keysOf(rig.exitOfEachKey(), 1).size());
    }
  }

  @Test
  void aKeyWithAnExitOfItsOwnGoesByNoOther() throws Exception {
    try (GeminiSimulator shared = GeminiSimulator.plain(new FakeTime());
        GeminiSimulator apart = GeminiSimulator.plain(new FakeTime());
        DivertingExit exit = new DivertingExit(0, shared.port());
        DivertingExit own = new DivertingExit(0, apart.port());
        Gateway gateway =
            Gateway.start(
                "groups: [{name: g, target_url: \"http://target.invalid\", proxy_urls: [\"%s\"],"
                        .formatted(exit.url())
                    + " api_keys: [%s, {key: %s, proxy_url: \"%s\"}]}]"
                        .formatted(Rig.key(0), Rig.key(1), own.url()))) {
      served(gateway, 4);
      assertEquals(Map.of(Rig.key(0), 2L), shared.journal().countsByKey());
      assertEquals(Map.of(Rig.key(1), 2L), apart.journal().countsByKey());
      own.die();
      served(gateway, 8);
      assertEquals(Map.of(Rig.key(0), 10L), shared.journal().countsByKey());
    }
  }

  private static void served(Gateway gateway, int times) {
    for (int i = 0; i < times; i++) {
      try (TestClient client = TestClient.connect(gateway.port())) {
        Response answer = client.post(Rig.UNARY, Rig.BODY);
        assertEquals(200, answer.status(), answer::toString);
      }
    }
  }

  @Test
  void whenAllExitsAreDownNothingGoesDirectAndTheFirstThatIsBackServes() throws Exception {
    try (ExitRig rig = new ExitRig(3, 6, "0.1")) {
      for (DivertingExit exit : rig.exits) {
        exit.die();
      }
      for (int i = 0; i < 20; i++) {
        Response answer = rig.ask();
        assertTrue(
            answer.status() == 502 || answer.status() == 503,
            () ->
                answer.status()
                    + " direct: "
                    + rig.target.journal().acceptedConnections()
                    + " through: "
                    + rig.exits.stream().map(DivertingExit::opened).toList());
        assertFalse(answer.toString().contains("127.0.0.1:" + rig.target.port() + "\""));
      }
      assertEquals(0, rig.target.journal().acceptedConnections());
      rig.revive(2);
      Rig.await(() -> rig.ask().status() == 200, "an answer");
      assertEquals(6, ExitRig.keysOf(rig.exitOfEachKey(), 2).size());
      assertEquals(0, rig.target.journal().acceptedConnections());
    }
  }
}
