package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several instances, each with its accounts and its state thread, that go by one store. */
class SharedLimitsTest {
  private final FakeTime time = new FakeTime();
  private final FairLeases store = new FairLeases(time);
  private final List<Instance> instances = new ArrayList<>();

  /** One gateway, as far as limits go; its state thread runs when time passes. */
  private final class Instance {
    private final EmbeddedChannel thread = new EmbeddedChannel();
    private ClientLimits limits;
    private ClientConfig client;
    private int admitted;

    private Instance(long requests, long tokens) {
      client = client(requests, tokens);
      limits = ClientLimits.of(List.of(client), time);
      limits.shareBy(store, null, thread.eventLoop());
      instances.add(this);
    }

    private ClientAccount account() {
      ClientAccount account = limits.of(client);
      assertNotNull(account);
      return account;
    }

    private Fault tryEnter() {
      Fault fault = account().enter();
      if (fault == null) {
        account().leave();
        admitted++;
      }
      return fault;
    }

    private int burst(int requests) {
      int before = admitted;
      for (int i = 0; i < requests; i++) {
        tryEnter();
        // An event loop has other things to do between two requests.
        thread.runPendingTasks();
      }
      return admitted - before;
    }

    private void reload(long requests, long tokens) {
      client = client(requests, tokens);
      limits = limits.successor(List.of(client), time);
      limits.begin();
    }
  }

  private static ClientConfig client(long requests, long tokens) {
    return new ClientConfig(
        "fleet", new byte[32], requests, tokens, 0, List.of(), List.of(), Priority.NORMAL);
  }

  private void pass(long millis) {
    for (long i = 0; i < millis; i += 5) {
      time.advance(Duration.ofMillis(5));
      store.pass();
      for (Instance each : instances) {
        each.thread.advanceTimeBy(5, TimeUnit.MILLISECONDS);
        each.thread.runPendingTasks();
        each.thread.runScheduledPendingTasks();
        each.thread.runPendingTasks();
      }
    }
  }

  private Instance[] start(int count, long requests, long tokens) {
    Instance[] all = new Instance[count];
    for (int i = 0; i < count; i++) {
      all[i] = new Instance(requests, tokens);
      // They do not tick in step.
      pass(5);
    }
    pass(100);
    return all;
  }

  private int admitted() {
    return instances.stream().mapToInt(each -> each.admitted).sum();
  }

  @AfterEach
  void close() {
    instances.forEach(each -> each.thread.finishAndReleaseAll());
  }

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
