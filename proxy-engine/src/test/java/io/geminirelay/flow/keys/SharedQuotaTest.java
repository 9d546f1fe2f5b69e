package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.state.LedgerStore;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several instances that count what they draw on the same quotas together. */
class SharedQuotaTest {
  private static final String MODEL = "gemini-2.5-flash";
  private static final long MINUTE = TimeUnit.MINUTES.toMillis(1);

  private final FakeTime time = new FakeTime();
  private final Ledgers store = new Ledgers();
  private final List<Instance> instances = new ArrayList<>();

  private record Arrival(long atNanos, Runnable work) {}

  /** A server of ledgers in the process. */
  private final class Ledgers implements LedgerStore {
    private final Map<String, List<long[]>> drawn = new HashMap<>();
    private final Deque<Arrival> underWay = new ArrayDeque<>();
    private long wayNanos = TimeUnit.MILLISECONDS.toNanos(1);
    private boolean up = true;
    private int looks;

    @Override
    public CompletionStage<List<Total>> add(List<Draw> draws) {
      looks += draws.size();
      if (!up) {
        return CompletableFuture.failedStage(new IllegalStateException("away"));
      }
      CompletableFuture<List<Total>> told = new CompletableFuture<>();
      later(
          () -> {
            List<Total> totals = draws.stream().map(this::add).toList();
            later(() -> told.complete(totals));
          });
      return told;
    }

    /** Half the way is to the server, and half is back. */
    private void later(Runnable arrival) {
      underWay.add(new Arrival(time.nanoTime() + wayNanos / 2, arrival));
    }

    private void pass() {
      while (!underWay.isEmpty() && time.nanoTime() - underWay.element().atNanos() >= 0) {
        underWay.remove().work().run();
      }
    }

    private Total add(Draw draw) {
      long now = time.instant().toEpochMilli();
      List<long[]> all = drawn.computeIfAbsent(draw.name(), x -> new ArrayList<>());
      if (draw.requests() != 0 || draw.tokens() != 0) {
        all.add(new long[] {now, draw.day(), draw.requests(), draw.tokens()});
      }
      long[] sums = new long[5];
      for (long[] each : all) {
        sums[0] += each[2];
        sums[1] += each[3];
        sums[2] += now - each[0] < MINUTE ? each[2] : 0;
        sums[3] += now - each[0] < MINUTE ? each[3] : 0;
        sums[4] += each[1] == draw.day() ? each[2] : 0;
      }
      return new Total(sums[0], sums[1], sums[2], sums[3], sums[4]);
    }

    @Override
    public boolean isUp() {
      return up;
    }
  }

  private final class Instance {
    private final EmbeddedChannel thread = new EmbeddedChannel();
    private final RingStates states = new RingStates(time, new QuotaClock(KeysConfig.STANDARD));
    private final ModelQuota quota;

    private Instance(QuotaLimits limits) {
      QuotaBucket bucket = states.configured("https://google", "team");
      bucket.limits(Set.of(new LimitTable(List.of(Map.of(MODEL, limits)))));
      quota = bucket.quota(MODEL);
      new QuotaLedgers(store, thread.eventLoop(), states).start();
      instances.add(this);
    }

    private boolean tryDraw(long tokens) {
      return quota.tryDraw(tokens, time.nanoTime());
    }

    private int drawAll(long tokens) {
      int drawn = 0;
      while (tryDraw(tokens)) {
        drawn++;
      }
      return drawn;
    }
  }

  private Instance[] start(int count, QuotaLimits limits) {
    Instance[] all = new Instance[count];
    for (int i = 0; i < count; i++) {
      all[i] = new Instance(limits);
    }
    pass(200);
    return all;
  }

  private void pass(long millis) {
    long step = Math.min(10, millis);
    for (long i = 0; i < millis; i += step) {
      time.advance(Duration.ofMillis(step));
      store.pass();
      for (Instance each : instances) {
        each.thread.advanceTimeBy(step, TimeUnit.MILLISECONDS);
        each.thread.runScheduledPendingTasks();
        each.thread.runPendingTasks();
      }
    }
  }

  @AfterEach
  void close() {
    instances.forEach(each -> each.thread.finishAndReleaseAll());
  }

  @Test
  void whatOneDrawsOthersLackForAMinute() {
    Instance[] all = start(2, new QuotaLimits(100, 10_000, 0));
    for (int i = 0; i < 60; i++) {
      assertTrue(all[0].tryDraw(50));
    }
    pass(1_200);
    assertEquals(400, all[1].quota.room(time.nanoTime()));
    assertEquals(40, all[1].drawAll(50));
    pass(1_200);
    assertFalse(all[0].tryDraw(50));
    assertTrue(all[0].quota.waitNanos(50, time.nanoTime()) > TimeUnit.SECONDS.toNanos(50));
    pass(62_000);
    assertEquals(1_000, all[0].quota.room(time.nanoTime()));
    assertEquals(1_000, all[1].quota.room(time.nanoTime()));
  }

  @Test
  void theDayIsCountedTogetherAndOutlivesARestart() {
    Instance[] all = start(2, new QuotaLimits(0, 0, 50));
    assertTrue(all[0].tryDraw(1));
    for (int i = 0; i < 19; i++) {
      all[i % 2].tryDraw(1);
    }
    pass(1_200);
    assertEquals(20, all[1].quota.used(time.nanoTime()).dayRequests());
    pass(600_000);
    Instance late = start(1, new QuotaLimits(0, 0, 50))[0];
    assertEquals(20, late.quota.used(time.nanoTime()).dayRequests());
    assertEquals(0, late.quota.used(time.nanoTime()).requests());
    assertEquals(30, late.drawAll(1));
    pass(1_200);
    assertFalse(all[0].tryDraw(1));
  }

  @Test
  void whatIsTakenBackOrCorrectedIsHeardOf() {
    Instance[] all = start(2, new QuotaLimits(10, 1_000, 0));
    long drawn = time.nanoTime();
    assertTrue(all[0].tryDraw(900));
    pass(1_200);
    assertFalse(all[1].tryDraw(200));
    all[0].quota.correct(900, 100, drawn, time.nanoTime());
    pass(20);
    assertTrue(all[0].tryDraw(800));
    pass(1_200);
    assertEquals(900, all[1].quota.used(time.nanoTime()).tokens(), 800);
    all[0].quota.giveBack(800, time.nanoTime(), time.nanoTime());
    pass(1_200);
    assertEquals(2, all[1].quota.used(time.nanoTime()).requests(), 1);
  }

  @Test
  void withoutTheStoreEachCountsByItselfAndTellsLater() {
    Instance[] all = start(2, new QuotaLimits(100, 0, 1_000));
    store.up = false;
    for (int i = 0; i < 10; i++) {
      assertTrue(all[0].tryDraw(1));
      pass(10_000);
    }
    assertEquals(0, all[1].quota.used(time.nanoTime()).dayRequests());
    store.up = true;
    pass(1_200);
    assertEquals(10, all[1].quota.used(time.nanoTime()).dayRequests());
    assertTrue(all[1].quota.used(time.nanoTime()).requests() <= 10);
    assertTrue(all[0].quota.used(time.nanoTime()).requests() <= 7);
  }

  @ParameterizedTest
  @CsvSource({
    "600, 3, 400, 1",
    "600, 3, 1000, 1",
    "600, 3, 400, 20",
    "600, 3, 1000, 20",
    "600, 3, 3000, 20",
    "600, 3, 1000, 100",
    "60, 4, 200, 10",
    "15, 3, 50, 10",
    "6000, 3, 1000, 100"
  })
  void togetherTheyKeepToTheQuotaInEveryMinuteUnderFullLoad(
      int most, int count, int perSecond, int wayMillis) {
    store.wayNanos = TimeUnit.MILLISECONDS.toNanos(wayMillis);
    Instance[] all = start(count, new QuotaLimits(most, 0, 0));
    List<Long> drawn = new ArrayList<>();
    long begun = time.nanoTime();
    double due = 0;
    int turn = 0;
    for (int ms = 0; ms < 185_000; ms++) {
      for (due += perSecond / 1_000.0; due >= 1; due--) {
        if (all[turn++ % count].tryDraw(1)) {
          drawn.add(time.nanoTime() - begun);
        }
      }
      pass(1);
    }
    long minute = TimeUnit.MINUTES.toNanos(1);
    int worst = 0;
    int[] minutes = new int[4];
    for (int first = 0, last = 0; last < drawn.size(); last++) {
      while (drawn.get(last) - drawn.get(first) >= minute) {
        first++;
      }
      worst = Math.max(worst, last - first + 1);
      minutes[(int) (drawn.get(last) / minute)]++;
    }
    String told = worst + " of " + most + ", by minutes " + Arrays.toString(minutes);
    System.out.println(told);
    assertTrue(worst <= Math.max(most + 1, most * 105 / 100), told);
  }

  @Test
  void whereNothingIsDrawnLittleIsAsked() {
    start(2, new QuotaLimits(100, 0, 0));
    int before = store.looks;
    pass(10_000);
    assertTrue(store.looks - before <= 22, (store.looks - before) + " looks");
  }
}
