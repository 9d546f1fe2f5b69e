package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sharing limits by a store that is away, slow, silent or empty. */
class LimitStoreFaultsTest extends LimitInstances {
  @Test
  void withoutTheStoreEachGoesOnWithWhatItLastKnew() {
    Instance[] all = start(2, 600, 0);
    for (int i = 0; i < 80; i++) {
      all[0].burst(5);
      pass(5);
    }
    pass(500);
    int before = admitted();
    store.up(false);
    pass(20);
    assertEquals(609 - before, all[0].burst(1_000), 12.0);
    // What the first had used, the other does not draw on.
    int other = all[1].burst(1_000);
    assertTrue(other > 0 && other <= 609 - before + 12, other + " more");
    for (int i = 0; i < 200; i++) {
      pass(100);
      assertNull(all[0].tryEnter());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nobodyHasAFullBucketWhenTheStoreIsBack(boolean forgotten) {
    Instance[] all = start(2, 600, 0);
    for (int i = 0; i < 200; i++) {
      all[0].burst(5);
      all[1].burst(5);
      pass(5);
    }
    store.up(false);
    pass(1_000);
    all[0].burst(600);
    all[1].burst(600);
    if (forgotten) {
      store.forget();
    }
    store.up(true);
    pass(1_500);
    int before = admitted();
    for (int i = 0; i < 200; i++) {
      all[0].burst(5);
      all[1].burst(5);
      pass(5);
    }
    // 2.5 s bring 25.
    assertTrue(admitted() - before <= 30, (admitted() - before) + " after the return");
  }

  @Test
  void aStoreThatIsBackBringsNoRefusal() {
    Instance[] all = start(2, 6_000, 0);
    for (int i = 0; i < 2_000; i++) {
      store.up(i % 400 < 200);
      assertNull(all[0].tryEnter(), "at step " + i);
      assertNull(all[1].tryEnter(), "at step " + i);
      pass(25);
    }
  }

  @Test
  void aStoreThatKeepsSilentBringsNoRefusalAndLosesNothing() {
    Instance[] all = start(2, 6_000, 0);
    for (int i = 0; i < 400; i++) {
      store.silent(i % 100 >= 50);
      assertNull(all[0].tryEnter(), "at step " + i);
      pass(25);
    }
    store.silent(false);
    pass(65_000);
    assertEquals(6_000, store.room("requests/fleet", 6_000));
    assertEquals(6_000, all[1].account().requestsLeft());
  }

  @Test
  void whatWasLeasedIsNotLostWithAShortLossOfTheStore() {
    Instance[] all = start(2, 600, 0);
    for (int i = 0; i < 20; i++) {
      all[0].burst(1);
      pass(5);
    }
    for (int i = 0; i < 5; i++) {
      store.up(false);
      pass(100);
      assertTrue(all[0].limits.alone() > 0);
      all[0].burst(1);
      store.up(true);
      pass(1_200);
      all[0].burst(1);
      pass(50);
    }
    pass(3_000);
    long expected = Math.min(600, 600 - admitted() + 10 * 9);
    assertTrue(store.room("requests/fleet", 600) >= expected, "units were lost");
    assertEquals(0, all[0].limits.alone());
  }

  @Test
  void aSlowStoreIsSharedNeverthelessUpToASecond() {
    store.way(Duration.ofMillis(700));
    Instance[] all = start(3, 600, 0);
    pass(3_000);
    for (int i = 0; i < 1_200; i++) {
      for (Instance each : all) {
        each.burst(1);
        assertTrue(i < 20 || each.account().isShared(), "alone at step " + i);
      }
      pass(50);
    }
    assertTrue(admitted() <= 1_200 * 1.15, admitted() + " were admitted");
    assertTrue(admitted() >= 1_200 * 0.85, admitted() + " were admitted");
    store.way(Duration.ofMillis(1_500));
    pass(3_000);
    assertEquals(1, all[0].limits.alone());
    store.way(Duration.ZERO);
    pass(3_000);
    assertEquals(0, all[0].limits.alone());
  }

  @Test
  void oneThatFailsTakesNoOtherWithIt() {
    Instance one = new Instance(600, 600);
    store.failing("tokens/fleet");
    pass(3_000);
    one.burst(50);
    pass(100);
    assertEquals(1, one.limits.alone());
    store.failing("");
    pass(3_000);
    assertEquals(0, one.limits.alone());
  }

  @Test
  void aStoreThatThrowsIsAskedAgain() {
    Instance one = new Instance(600, 0);
    store.broken(true);
    pass(500);
    assertEquals(1, one.limits.alone());
    store.broken(false);
    pass(3_000);
    assertEquals(0, one.limits.alone());
  }
}
