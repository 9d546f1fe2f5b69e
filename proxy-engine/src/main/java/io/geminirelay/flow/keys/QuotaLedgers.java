package io.geminirelay.flow.keys;

import io.geminirelay.base.state.LedgerStore;
import io.geminirelay.base.state.LedgerStore.Draw;
import io.geminirelay.base.state.LedgerStore.Total;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * <p>All on the state thread, but for {@link #start}.
 */
final class QuotaLedgers {
  /** How often is told what was drawn. */
  static final long TICK_MILLIS = 50;

  /** Quotas of a round at most; who is left out is in the next. */
  private static final int MOST_DRAWS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(QuotaLedgers.class);

  private final LedgerStore store;
  private final ScheduledExecutorService thread;
  private final RingStates states;
  private final Map<String, QuotaLedger> ledgers = new HashMap<>();

  /** Of which much was drawn since it was told. */
  private final Set<QuotaLedger> urgent = new LinkedHashSet<>();

  private boolean asking;
  private int skip;

  /** Tells {@code store} of the quotas of {@code states}. */
  QuotaLedgers(LedgerStore store, ScheduledExecutorService thread, RingStates states) {
    this.store = store;
    this.thread = thread;
    this.states = states;
  }

  /** Begins; from any thread. */
  void start() {
    var unused =
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    try {
      if (!asking && store.isUp()) {
        tell();
      }
    } catch (RuntimeException e) {
      // One failure must not end the ticking.
      LOG.error("quotas could not be shared", e);
    }
  }

  private void tell() {
    long now = states.days().time().nanoTime();
    long day = states.days().endSeconds(now);
    List<QuotaLedger> telling = new ArrayList<>();
    List<Draw> draws = new ArrayList<>();
    Set<String> present = new HashSet<>();
    int at = 0;
    for (Map.Entry<String, QuotaBucket> bucket : buckets().entrySet()) {
      for (Map.Entry<String, ModelQuota> each : bucket.getValue().quotas().entrySet()) {
        QuotaLedger ledger = ledger(bucket.getKey() + "=" + each.getKey(), each.getValue(), now);
        present.add(bucket.getKey() + "=" + each.getKey());
        boolean turn = at++ >= skip && draws.size() < MOST_DRAWS;
        Draw draw = turn ? ledger.next(day, now) : null;
        if (draw != null) {
          telling.add(ledger);
          draws.add(draw);
          skip = draws.size() < MOST_DRAWS ? 0 : at;
        }
      }
    }
    skip = draws.size() < MOST_DRAWS ? 0 : skip;
    ledgers.keySet().retainAll(present);
    send(telling, draws);
  }

  private void send(List<QuotaLedger> telling, List<Draw> draws) {
    if (!draws.isEmpty()) {
      asking = true;
      store
          .add(draws)
          .whenComplete((totals, failure) -> thread.execute(() -> answered(telling, totals)));
    }
  }

  private void answered(List<QuotaLedger> told, @Nullable List<Total> totals) {
    asking = false;
    if (totals != null) {
      long now = states.days().time().nanoTime();
      for (int i = 0; i < told.size(); i++) {
        QuotaLedger ledger = told.get(i);
        ledger.answered(totals.get(i), now);
        ledger.whenMuch(() -> call(ledger), now);
      }
    }
    tellUrgent();
  }

  /** Has {@code ledger} told before the next tick; on any thread. */
  private void call(QuotaLedger ledger) {
    try {
      thread.execute(
          () -> {
            urgent.add(ledger);
            tellUrgent();
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the state thread has ended");
    }
  }

  private void tellUrgent() {
    if (asking || urgent.isEmpty() || !store.isUp()) {
      return;
    }
    long now = states.days().time().nanoTime();
    long day = states.days().endSeconds(now);
    List<QuotaLedger> telling = new ArrayList<>();
    List<Draw> draws = new ArrayList<>();
    for (QuotaLedger ledger : urgent) {
      Draw draw = ledger.next(day, now);
      if (draw != null) {
        telling.add(ledger);
        draws.add(draw);
      }
    }
    urgent.clear();
    send(telling, draws);
  }

  private QuotaLedger ledger(String name, ModelQuota quota, long now) {
    QuotaLedger known = ledgers.get(name);
    if (known == null || !known.isOf(quota)) {
      known = new QuotaLedger(name, quota, now);
      ledgers.put(name, known);
    }
    return known;
  }

  /** Every bucket once, by a name that all instances give it. */
  private Map<String, QuotaBucket> buckets() {
    Map<String, QuotaBucket> all = new HashMap<>(states.namedBuckets());
    Set<QuotaBucket> named = new HashSet<>(all.values());
    states
        .named()
        .forEach(
            (name, state) -> {
              if (!named.contains(state.bucket())) {
                boolean alone = state.project().isEmpty();
                String target = state.target();
                all.put(alone ? name : target + "/" + state.project(), state.bucket());
              }
            });
    return all;
  }
}
