package io.geminirelay.flow.keys;

import io.geminirelay.base.state.LedgerStore;
import io.geminirelay.base.state.LedgerStore.Draw;
import io.geminirelay.base.state.LedgerStore.Total;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other instances what is drawn here on the quotas of keys and projects, and counts here
 * what they draw: every {@value #TICK_MILLIS} ms what has changed, all at once; and at once where
 * much of what is left of one was drawn, so that a burst does not run past its end before anybody
 * knows. While the store cannot be reached, each counts by itself, and what it drew is told when
 * the store is back.
 *
 * <p>Where no limit is known, or more than half is left, less would do: such quotas are told about
 * once a second. Of those without a limit too, as what a refusal teaches is held against what all
 * have drawn. Of models that nobody knows to be there, nothing is told: clients may make up any
 * number of names.
 *
 * <p>What others draw is asked for with it, else from time to time, one quota after the other. Of
 * quotas that nobody draws on, little is seen of them here: most of many keys rest most of the
 * time.
 *
 * <p>All on the state thread, but for {@link #start}.
 */
final class QuotaLedgers {
  /** How often is told what was drawn. */
  static final long TICK_MILLIS = 50;

  /** Quotas of a round at most; who is left out is in the next. */
  private static final int MOST_DRAWS = 256;

  /** In so many ticks each quota is looked at once. */
  private static final int TURN_TICKS = 20;

  /** After this, nobody waits for a round: each draws its share of what was left at the last. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  /** After this, each draws as if it were alone. */
  private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** Quotas that nobody draws on are looked at each second while there are no more than this. */
  private static final int FEW = 1_000;

  private static final int LONGEST_IDLE_SECONDS = 10;

  /** Following takes one part of so many of the thread's time: clients can name ever new models. */
  private static final int FOLLOW_PART = 20;

  private static final long REVIEW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(QuotaLedgers.class);

  private final LedgerStore store;
  private final ScheduledExecutorService thread;
  private final RingStates states;
  private final Map<String, QuotaLedger> ledgers = new HashMap<>();

  /** All of them, in the order in which they are looked at. */
  private final Queue<QuotaLedger> turns = new ArrayDeque<>();

  /** On which was drawn; filled by any thread. */
  private final Queue<QuotaLedger> drawn = new ConcurrentLinkedQueue<>();

  /** Of which much was drawn since it was told. */
  private final Set<QuotaLedger> urgent = new LinkedHashSet<>();

  /** Of which something is to be told. */
  private final Set<QuotaLedger> due = new LinkedHashSet<>();

  /** That others draw on, and that are nearly used up. */
  private final Set<QuotaLedger> near = new LinkedHashSet<>();

  private final QuotasAlone lonely = new QuotasAlone();
  private final DayDoubt doubt = new DayDoubt();

  /** Never told twice, be a ledger made anew for what there was one of before. */
  private long turn;

  private boolean asking;
  private boolean alone;

  /** Whether the last round that was waited for took too long. */
  private boolean slow;

  private long askedNanos;
  private long seenShape = -1;
  private long seenBuckets;
  private long reviewNanos;
  private long followNanos;

  /** Tells {@code store} of the quotas of {@code states}. */
  QuotaLedgers(LedgerStore store, ScheduledExecutorService thread, RingStates states) {
    this.store = store;
    this.thread = thread;
    this.states = states;
    this.reviewNanos = states.days().time().nanoTime();
    this.followNanos = reviewNanos;
  }

  /** Begins; from any thread. */
  void start() {
    states.countAlone(lonely::count);
    var unused =
        thread.scheduleWithFixedDelay(
            () -> safely(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** One failure must not end the ticking. */
  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("quotas could not be shared", e);
    }
  }

  private void tick() {
    long now = states.days().time().nanoTime();
    long asked = asking ? now - askedNanos : 0;
    slow |= asked > SILENT_NANOS;
    if (!store.isUp() || asked > SILENT_NANOS) {
      goAlone();
      lonely.begin(now);
    } else if (asked > SLOW_NANOS) {
      ledgers.values().forEach(QuotaLedger::shares);
    }
    follow(now);
    lonely.look(ledgers.values(), store.isUp(), now);
    for (QuotaLedger each = drawn.poll(); each != null; each = drawn.poll()) {
      due.add(each);
    }
    if (!asking && store.isUp()) {
      tell(true, now);
      if (!asking && !slow) {
        lonely.end(); // it was away, and nothing was to be told since
      }
    }
  }

  private void goAlone() {
    if (!alone) {
      alone = true;
      ledgers.values().forEach(QuotaLedger::alone);
    }
  }

  private void tell(boolean looks, long now) {
    long day = states.days().endSeconds(now);
    List<QuotaLedger> telling = new ArrayList<>();
    List<Draw> draws = new ArrayList<>();
    for (Set<QuotaLedger> each : List.of(urgent, due)) {
      Iterator<QuotaLedger> next = each.iterator();
      while (next.hasNext() && draws.size() < MOST_DRAWS) {
        QuotaLedger ledger = next.next();
        next.remove();
        if (each == urgent || !ledger.hasTime(now)) {
          add(ledger, telling, draws, day, now);
        }
      }
    }
    if (looks) {
      near.forEach(each -> add(each, telling, draws, day, now));
      for (int i = turns.size() / TURN_TICKS; i >= 0 && draws.size() < MOST_DRAWS; i--) {
        QuotaLedger each = turns.poll();
        if (each != null) {
          turns.add(each);
          add(each, telling, draws, day, now);
        }
      }
    }
    if (!draws.isEmpty()) {
      asking = true;
      askedNanos = now;
      ask(draws)
          .whenComplete(
              (totals, failure) -> thread.execute(() -> safely(() -> answered(telling, totals))));
    }
  }

  private static void add(
      QuotaLedger ledger, List<QuotaLedger> telling, List<Draw> draws, long day, long now) {
    Draw draw = draws.size() < MOST_DRAWS ? ledger.next(day, now) : null;
    if (draw != null) {
      telling.add(ledger);
      draws.add(draw);
    }
  }

  private CompletionStage<List<Optional<Total>>> ask(List<Draw> draws) {
    try {
      return store.add(draws);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private void answered(List<QuotaLedger> told, @Nullable List<Optional<Total>> totals) {
    asking = false;
    long now = states.days().time().nanoTime();
    long day = states.days().endSeconds(now);
    alone = totals == null && alone;
    if (totals != null && now - askedNanos <= SILENT_NANOS) {
      slow = false;
      lonely.end();
    }
    for (int i = 0; i < told.size(); i++) {
      QuotaLedger ledger = told.get(i);
      Total total = totals == null ? null : totals.get(i).orElse(null);
      if (total == null) {
        ledger.failed();
        due.add(ledger);
      } else {
        if (ledger.isOfOtherDay(total)) {
          doubt.differ(day, total.day(), now);
        }
        ledger.answered(total, day, idleNanos(), now);
        ledger.whenMuch(() -> call(ledger), now);
      }
      if (total != null && ledger.isNear()) {
        near.add(ledger);
      } else {
        near.remove(ledger);
      }
    }
    tellUrgent();
  }

  /** So that many that rest are not more work than those that are drawn on. */
  private long idleNanos() {
    int seconds = Math.min(LONGEST_IDLE_SECONDS, 1 + (ledgers.size() - 1) / FEW);
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Has {@code ledger} told before the next tick; on any thread. */
  private void call(QuotaLedger ledger) {
    try {
      thread.execute(
          () -> {
            urgent.add(ledger);
            safely(this::tellUrgent);
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the state thread has ended");
    }
  }

  private void tellUrgent() {
    if (!asking && !urgent.isEmpty() && store.isUp()) {
      tell(false, states.days().time().nanoTime());
    }
  }

  /** Follows what keys and models there are, where that has changed. */
  private void follow(long now) {
    long shape = states.shape();
    long buckets = seenBuckets;
    if (shape != seenShape && now - followNanos < 0) {
      return;
    }
    if (shape == seenShape && now - reviewNanos >= 0) {
      reviewNanos = now + REVIEW_NANOS;
      buckets = bucketsSum();
    }
    if (shape == seenShape && buckets == seenBuckets) {
      return;
    }
    seenShape = shape;
    seenBuckets = bucketsSum();
    Set<String> present = new HashSet<>();
    LedgerNames.buckets(states)
        .forEach(
            (name, bucket) ->
                bucket
                    .quotas()
                    .forEach(
                        (model, quota) -> {
                          String whole = LedgerNames.of(name, model);
                          present.add(whole);
                          know(whole, quota, now);
                        }));
    ledgers.keySet().retainAll(present);
    Set<QuotaLedger> all = Set.copyOf(ledgers.values());
    List.of(turns, due, near, urgent).forEach(each -> each.retainAll(all));
    followNanos = now + FOLLOW_PART * (states.days().time().nanoTime() - now);
  }

  private void know(String name, ModelQuota quota, long now) {
    QuotaLedger known = ledgers.get(name);
    if (known == null || !known.isOf(quota)) {
      QuotaLedger made = new QuotaLedger(name, quota, () -> ++turn, now);
      ledgers.put(name, made);
      turns.add(made);
      made.whenDrawn(() -> drawn.add(made));
      made.whenMuch(() -> call(made), now);
    }
  }

  /** Tells without garbage whether keys share other buckets than before. */
  private long bucketsSum() {
    long sum = states.namedBuckets().size();
    for (KeyState each : states.keys()) {
      sum = 31 * sum + System.identityHashCode(each.bucket());
    }
    return sum;
  }
}
