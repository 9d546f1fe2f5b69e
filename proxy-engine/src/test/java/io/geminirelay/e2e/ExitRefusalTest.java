package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Errors;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Google refuses because of the address it comes from is no fault of the keys. */
class ExitRefusalTest {
  private static final int KEYS = 24;

  private final FakeTime time = new FakeTime();

  private static void allServed(ExitRig rig) {
    for (int i = 0; i < 2 * KEYS; i++) {
      Response answer = rig.ask();
      assertEquals(200, answer.status(), answer::toString);
    }
  }

  @Test
  void bareRefusalsOfUnrelatedKeysRestTheExitAndFreeTheKeys() throws Exception {
    try (ExitRig rig = new ExitRig(2, KEYS, "0", time)) {
      Map<String, Integer> before = rig.exitOfEachKey();
      assertTrue(ExitRig.keysOf(before, 0).size() >= 3, before.toString());
      rig.googles.get(0).script().always(Errors.tooManyRequestsNoDetail());
      rig.googles.get(0).journal().clear();
      allServed(rig);
      assertEquals(3, rig.googles.get(0).journal().requestCount());
      // Every key is served by the other exit, those that were refused first as well.
      assertEquals(KEYS, ExitRig.keysOf(rig.exitOfEachKey(), 1).size());

      time.advance(Duration.ofSeconds(5));
      allServed(rig);
      assertEquals(1, rig.googles.get(0).journal().requestCount(), "one trial, in vain");
      rig.googles.get(0).script().clear();
      time.advance(Duration.ofSeconds(10));
      allServed(rig);
      assertEquals(before, rig.exitOfEachKey());
      assertEquals(0, rig.target.journal().acceptedConnections());
    }
  }

  @Test
  void bareRefusalsThroughAllExitsAreTheKeysOwn() throws Exception {
    // Nobody waits for the keys: what is asked here is what the refusals lead to.
    try (ExitRig rig = new ExitRig(2, 12, "0", time, "max_wait_secs: 0")) {
      rig.googles.forEach(google -> google.script().always(Errors.tooManyRequestsNoDetail()));
      for (int i = 0; i < 4; i++) {
        Response answer = rig.ask();
        assertEquals(429, answer.status(), answer::toString);
      }
      // The keys rest: not every request asks Google with every key.
      assertTrue(rig.requests() <= 24, () -> "requests: " + rig.requests());
    }
  }

  @Test
  void aPlaceThatIsNotServedIsLeftByAllKeysForAnHour() throws Exception {
    try (ExitRig rig = new ExitRig(2, KEYS, "30", time)) {
      rig.googles.get(0).script().always(Errors.locationNotSupported());
      allServed(rig);
      assertEquals(1, rig.googles.get(0).journal().requestCount());
      // That a connection can be opened there proves nothing.
      int opened = rig.exits.get(0).opened();
      time.advance(Duration.ofMinutes(59));
      Rig.await(() -> rig.exits.get(0).opened() > opened, "a check");
      allServed(rig);
      assertEquals(1, rig.googles.get(0).journal().requestCount());
      time.advance(Duration.ofMinutes(1));
      allServed(rig);
      assertEquals(2, rig.googles.get(0).journal().requestCount());
    }
  }

  @Test
  void whenEveryPlaceIsRefusedTheClientLearnsItFromGoogle() throws Exception {
    try (ExitRig rig = new ExitRig(2, 4, "0", time)) {
      rig.googles.forEach(google -> google.script().always(Errors.locationNotSupported()));
      for (int i = 0; i < 3; i++) {
        Response answer = rig.ask();
        assertEquals(400, answer.status(), answer::toString);
        assertTrue(answer.text().contains("location is not supported"), answer::text);
      }
    }
  }

  @Test
  void refusalsOfAKeyThatAClientBringsBlameNoExit() throws Exception {
    String own = SimpleRig.body("Hi", "gemini-2.5-flash", SimpleRig.OWN_KEY);
    try (ExitRig rig = new ExitRig(2, KEYS, "0", time)) {
      Map<String, Integer> before = rig.exitOfEachKey();
      rig.googles.forEach(
          google -> google.script().whenKey(SimpleRig.OWN_KEY, Errors.locationNotSupported()));
      for (int i = 0; i < 4; i++) {
        assertEquals(400, rig.ask("/gemini-proxy", own).status());
      }
      rig.googles.forEach(
          google -> google.script().whenKey(SimpleRig.OWN_KEY, Errors.tooManyRequestsNoDetail()));
      for (int i = 0; i < 4; i++) {
        assertEquals(429, rig.ask("/gemini-proxy", own).status());
      }
      assertEquals(before, rig.exitOfEachKey());
    }
  }
}
