package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.fault.Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several instances, each with its accounts and its state thread, that go by one store. */
class SharedLimitsTest extends LimitInstances {
  @ParameterizedTest
  @CsvSource({"600, 3", "60, 3", "12, 2", "6000, 8", "60000, 4"})
  void togetherTheyAdmitWhatOneWouldUnderFullLoad(long perMinute, int count) {
    Instance[] all = start(count, perMinute, 0);
    for (int i = 0; i < 120_000 / 5; i++) {
      for (Instance each : all) {
        each.burst((int) Math.max(2, perMinute / 4_000));
      }
      pass(5);
    }
    long allowed = 3 * perMinute;
    assertTrue(admitted() <= allowed + 1, admitted() + " of " + allowed);
    assertTrue(admitted() >= allowed * 95 / 100 - 1, admitted() + " of " + allowed);
    for (Instance each : all) {
      assertTrue(each.admitted > allowed / count / 3, "one had " + each.admitted);
    }
  }

  @Test
  void theFirstRequestAfterARestIsAdmittedAtOnceAndABurstAlmostWhole() {
    Instance[] all = start(3, 600, 0);
    assertNull(all[0].tryEnter());
    pass(5_000);
    int admitted = 0;
    for (int i = 0; i < 20; i++) {
      admitted += all[1].burst(20);
      pass(5);
    }
    assertTrue(admitted >= 390, admitted + " of 400");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aLimitOfAFewIsThereForWhoeverComes(int perMinute) {
    Instance[] all = start(3, perMinute, 0);
    for (int i = 0; i < 6; i++) {
      assertNull(all[i % 3].tryEnter(), "request " + i);
      pass(60_000 / perMinute + 1_000);
    }
    for (Instance each : all) {
      each.burst(10);
      pass(50);
    }
    // Who is at rest may let one in on old news.
    assertTrue(admitted() <= 6 + perMinute + 2, admitted() + " were admitted");
  }

  @Test
  void whatOneDrewTheOtherLacks() {
    Instance[] all = start(2, 600, 0);
    int first = 0;
    for (int i = 0; i < 60; i++) {
      first += all[0].burst(5);
      pass(5);
    }
    pass(5_000);
    long left = all[1].account().requestsLeft();
    assertEquals(600 - first + 53, left, 12.0);
    int second = 0;
    for (int i = 0; i < 200; i++) {
      second += all[1].burst(10);
      pass(5);
    }
    assertEquals(600 + 63, first + second, 12.0);
  }

  @Test
  void whatLiesIdleIsGivenBack() {
    Instance[] all = start(2, 600, 0);
    all[0].burst(5);
    pass(100);
    assertTrue(store.free("requests/fleet", 600) < 480, "nothing was leased");
    pass(3_000);
    assertEquals(600, store.room("requests/fleet", 600));
    assertEquals(400, store.free("requests/fleet", 600), 50.0);
    int asks = store.asks();
    pass(10_000);
    assertTrue(store.asks() - asks <= 44, "asked " + (store.asks() - asks) + " times for nothing");
  }

  @Test
  void tokensThatOneOwesKeepTheOthersOut() {
    Instance[] all = start(3, 0, 1_000);
    ClientAccount account = all[0].account();
    assertNull(account.enter());
    account.charge(1_500);
    pass(600);
    for (Instance each : all) {
      Fault fault = each.tryEnter();
      assertNotNull(fault);
      assertEquals(30, fault.retryAfterSeconds(), 1.0);
      assertEquals(0, each.account().tokensLeft());
    }
    account.charge(-1_500);
    account.leave();
    pass(600);
    for (Instance each : all) {
      assertNull(each.tryEnter());
      assertTrue(each.account().tokensLeft() >= 200, "left " + each.account().tokensLeft());
    }
  }

  @Test
  void whoStopsGivesBackWhatItHas() {
    Instance[] all = start(2, 600, 0);
    all[0].burst(5);
    pass(50);
    var told = all[0].limits.giveBack().toCompletableFuture();
    pass(5);
    assertTrue(told.isDone());
    assertEquals(596, store.room("requests/fleet", 600), 1.0);
  }

  @Test
  void aReloadKeepsLeasesAndOtherLimitsBeginWithWhatIsKnown() {
    Instance[] all = start(2, 600, 0);
    for (int i = 0; i < 200; i++) {
      all[0].burst(5);
      pass(5);
    }
    int before = admitted();
    all[0].reload(600, 0);
    pass(100);
    assertTrue(all[0].burst(100) <= 5, "a reload filled the bucket");
    all[0].reload(1_200, 0);
    pass(100);
    long left = all[0].account().requestsLeft();
    assertEquals(1_200 - before, left, 60.0);
  }

  @Test
  void aReloadThatChangesOneLimitLeavesTheOthersAsTheyAre() {
    Instance[] all = start(1, 60, 1_000);
    pass(2_000);
    assertEquals(60, all[0].burst(100));
    all[0].reload(60, 2_000);
    assertEquals(0, all[0].account().requestsLeft());
    assertEquals(0, all[0].burst(10));
  }

  @Test
  void aConfigurationThatIsNotInForceTakesNoLeases() {
    Instance[] all = start(2, 600, 0);
    all[0].burst(50);
    var unused = all[0].limits.successor(List.of(), time);
    pass(100);
    assertTrue(all[0].account().isShared());
    assertEquals(0, all[0].limits.alone());
  }

  @Test
  void aBusyOneIsServedBeforeManyThatAreIdle() {
    List<ClientConfig> clients = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      clients.add(
          new ClientConfig(
              "idle" + i, new byte[32], 60, 0, 0, List.of(), List.of(), Priority.NORMAL));
    }
    Instance busy = new Instance(6_000, 0);
    clients.add(busy.client);
    busy.limits = busy.limits.successor(clients, time);
    busy.limits.begin();
    pass(2_000);
    assertEquals(0, busy.limits.alone());
    int before = store.asks();
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      refused += busy.burst(2) == 2 ? 0 : 1;
      pass(5);
    }
    assertEquals(0, refused);
    int idle = store.asks() - before - store.asks("requests/fleet");
    assertTrue(idle <= 15_000, "idle ones were asked for " + idle + " times in 10 s");
    pass(3_000);
    assertEquals(6_000 - 4_000 + 1_300, store.room("requests/fleet", 6_000), 100.0);
  }

  @Test
  void aRefusalTellsHowLongALimitOfAFewTakes() {
    Instance[] all = start(2, 2, 0);
    for (int i = 0; i < 2; i++) {
      assertNull(all[0].tryEnter());
      pass(300);
    }
    pass(20_000);
    for (Instance each : all) {
      Fault fault = each.tryEnter();
      assertNotNull(fault);
      assertEquals(10, fault.retryAfterSeconds(), 1.0);
    }
  }
}
