package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Errors;
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
      rig.exits.get(1).close();
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
      rig.exits.get(0).close();
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
  void bareRefusalsOfUnrelatedKeysRestTheExitAndFreeTheKeys() throws Exception {
    try (ExitRig rig = new ExitRig(2, KEYS, "0")) {
      Map<String, Integer> before = rig.exitOfEachKey();
      assertTrue(ExitRig.keysOf(before, 0).size() >= 3, before.toString());
      rig.googles.get(0).script().always(Errors.tooManyRequestsNoDetail());
      rig.googles.get(0).journal().clear();
      // Every key is served at once by the other exit, those that were refused first as well.
      for (int i = 0; i < 2 * KEYS; i++) {
        Response answer = rig.ask();
        assertEquals(200, answer.status(), answer::toString);
      }
      assertEquals(3, rig.googles.get(0).journal().requestCount());
      rig.googles.get(0).script().clear();
      Map<String, Integer> during = rig.exitOfEachKey();
      assertEquals(KEYS, ExitRig.keysOf(during, 1).size(), during.toString());
      assertEquals(0, rig.target.journal().acceptedConnections());
    }
  }

  @Test
  void bareRefusalsThroughAllExitsAreTheKeysOwn() throws Exception {
    try (ExitRig rig = new ExitRig(2, 12, "0")) {
      rig.googles.forEach(google -> google.script().always(Errors.tooManyRequestsNoDetail()));
      for (int i = 0; i < 4; i++) {
        Response answer = rig.ask();
        assertEquals(429, answer.status(), answer::toString);
      }
      // The ladder of the keys goes on: not every request asks Google with every key.
      assertTrue(rig.requests() <= 40, () -> "requests: " + rig.requests());
    }
  }

  @Test
  void aPlaceThatIsNotServedIsLeftByAllKeys() throws Exception {
    try (ExitRig rig = new ExitRig(2, KEYS, "0.1")) {
      rig.googles.get(0).script().always(Errors.locationNotSupported());
      for (int i = 0; i < 2 * KEYS; i++) {
        Response answer = rig.ask();
        assertEquals(200, answer.status(), answer::toString);
      }
      // That a connection can be opened there proves nothing.
      int opened = rig.exits.get(0).opened();
      Rig.await(() -> rig.exits.get(0).opened() > opened, "a check");
      assertEquals(KEYS, ExitRig.keysOf(rig.exitOfEachKey(), 1).size());
      assertEquals(0, rig.googles.get(0).journal().requestCount());
    }
  }

  @Test
  void whenEveryPlaceIsRefusedTheClientLearnsItFromGoogle() throws Exception {
    try (ExitRig rig = new ExitRig(2, 4, "0")) {
      rig.googles.forEach(google -> google.script().always(Errors.locationNotSupported()));
      for (int i = 0; i < 3; i++) {
        Response answer = rig.ask();
        assertEquals(400, answer.status(), answer::toString);
        assertTrue(answer.text().contains("location is not supported"), answer::text);
      }
    }
  }

  @Test
  void whenAllExitsAreDownNothingGoesDirectAndTheFirstThatIsBackServes() throws Exception {
    try (ExitRig rig = new ExitRig(3, 6, "0.1")) {
      for (DivertingExit exit : rig.exits) {
        exit.close();
      }
      for (int i = 0; i < 20; i++) {
        Response answer = rig.ask();
        assertTrue(answer.status() == 502 || answer.status() == 503, answer::toString);
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
