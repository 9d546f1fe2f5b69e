package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.LeaseStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the accounts of clients supplied with leases of limits that several instances share.
 *
 * <p>All asks of a moment go to the store together, one round at a time: every {@value
 * #TICK_MILLIS} ms, and at once where an account runs low while much is left. A round that is not
 * answered for {@value #PATIENCE_MILLIS} ms is given up, and the accounts are alone until the store
 * answers again.
 *
 * <p>All on the state thread, but for what is said to be otherwise.
 */
final class LimitLeases {
  /** How often is looked what is wanted. */
  static final long TICK_MILLIS = 20;

  static final long PATIENCE_MILLIS = 250;

  /** Asks of a round at most; who is left out is first in the next. */
  private static final int MOST_ASKS = 512;

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

  /** After this, an answer is late. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * TICK_MILLIS);

  private static final Logger LOG = LoggerFactory.getLogger(LimitLeases.class);

  private final LeaseStore store;
  private final ScheduledExecutorService thread;
  private final TimeSource time;
  private final Map<SharedBucket, LimitLease> leases = new LinkedHashMap<>();

  /** What is still to be told of limits that are no longer drawn on. */
  private final List<LeaseStore.Ask> farewells = new ArrayList<>();

  private final AtomicBoolean woken = new AtomicBoolean();
  private @Nullable Round round;
  private boolean again;
  private int first;
  private @Nullable Future<?> ticking;
  private @Nullable CompletableFuture<Void> ending;

  /** Whether nobody counts on the round that is under way. */
  private boolean givenUp;

  /** Asks that are under way, and the leases the first of them are for. */
  private record Round(List<LimitLease> leases, List<LeaseStore.Ask> asks, long sentNanos) {}

  /** Leases from {@code store}, of nothing yet. */
  LimitLeases(LeaseStore store, ScheduledExecutorService thread, TimeSource time) {
    this.store = store;
    this.thread = thread;
    this.time = time;
  }

  /** Begins; from any thread. */
  void start() {
    thread.execute(
        () ->
            ticking =
                thread.scheduleWithFixedDelay(
                    () -> safely(this::tick), 0, TICK_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** Leases for {@code accounts} from now on, and for no others; from any thread. */
  void follow(Collection<ClientAccount> accounts) {
    Set<SharedBucket> wanted = new HashSet<>();
    accounts.forEach(account -> wanted.addAll(account.buckets()));
    thread.execute(() -> safely(() -> keepTo(wanted)));
  }

  private void keepTo(Set<SharedBucket> wanted) {
    leases
        .values()
        .removeIf(
            lease -> {
              boolean leaves = !wanted.contains(lease.bucket());
              LeaseStore.Ask farewell = leaves ? lease.end() : null;
              if (farewell != null) {
                farewells.add(farewell);
              }
              return leaves;
            });
    wanted.forEach(
        bucket -> leases.computeIfAbsent(bucket, each -> new LimitLease(each, this::wake)));
  }

  /** Gives everything back and ends; completes when the store was told or cannot be. Any thread. */
  CompletionStage<Void> end() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      thread.execute(() -> safely(() -> end(done)));
    } catch (RejectedExecutionException e) {
      done.complete(null);
    }
    return done;
  }

  private void end(CompletableFuture<Void> done) {
    if (ticking != null) {
      ticking.cancel(false);
    }
    keepTo(Set.of());
    if (round != null) {
      // What it brings is given back with the rest.
      ending = done;
      return;
    }
    if (farewells.isEmpty() || !store.isUp()) {
      done.complete(null);
      return;
    }
    store.ask(List.copyOf(farewells)).whenComplete((answers, failure) -> done.complete(null));
    farewells.clear();
  }

  /** Asks before the next tick; on an event loop, when much was drawn of a lease. */
  private void wake() {
    if (woken.compareAndSet(false, true)) {
      try {
        thread.execute(() -> safely(this::woken));
      } catch (RejectedExecutionException e) {
        LOG.debug("the state thread has ended");
      }
    }
  }

  private void woken() {
    woken.set(false);
    if (round == null) {
      ask();
    } else {
      again = true;
    }
  }

  private void tick() {
    if (!store.isUp()) {
      giveUp();
    } else if (round == null) {
      ask();
    } else {
      long waited = time.nanoTime() - round.sentNanos();
      if (waited > PATIENCE_NANOS) {
        giveUp();
      } else if (waited > SLOW_NANOS) {
        leases.values().forEach(LimitLease::bridge);
      }
    }
  }

  private void giveUp() {
    givenUp = true;
    leases.values().forEach(LimitLease::lost);
  }

  private void ask() {
    List<LimitLease> asking = new ArrayList<>();
    List<LeaseStore.Ask> asks = new ArrayList<>();
    List<LimitLease> all = List.copyOf(leases.values());
    int begin = first < all.size() ? first : 0;
    for (int i = 0; i < all.size() && asks.size() < MOST_ASKS; i++) {
      first = (begin + i + 1) % all.size();
      LimitLease lease = all.get(first);
      LeaseStore.Ask ask = lease.next();
      if (ask != null) {
        asking.add(lease);
        asks.add(ask);
      }
    }
    asks.addAll(farewells);
    farewells.clear();
    if (asks.isEmpty()) {
      return;
    }
    Round sent = new Round(asking, asks, time.nanoTime());
    round = sent;
    givenUp = false;
    store
        .ask(asks)
        .whenComplete(
            (answers, failure) ->
                thread.execute(() -> safely(() -> answered(sent, answers, failure))));
  }

  private void answered(
      Round sent, @Nullable List<LeaseStore.Answer> answers, @Nullable Throwable failure) {
    round = null;
    boolean late = givenUp || time.nanoTime() - sent.sentNanos() > PATIENCE_NANOS;
    if (failure != null || answers == null || late) {
      giveUp();
    }
    for (int i = 0; answers != null && i < sent.leases().size(); i++) {
      take(sent.leases().get(i), sent.asks().get(i), answers.get(i), late);
    }
    if (ending != null) {
      end(ending);
      return;
    }
    if (again) {
      again = false;
      ask();
    }
  }

  private void take(LimitLease lease, LeaseStore.Ask ask, LeaseStore.Answer answer, boolean late) {
    if (leases.get(lease.bucket()) != lease) {
      if (answer.granted() > 0) {
        farewells.add(
            new LeaseStore.Ask(ask.name(), ask.capacity(), ask.perMinute(), 0, -answer.granted()));
      }
    } else if (late) {
      lease.answeredLate(answer);
    } else {
      lease.answered(answer);
    }
  }

  /** One failure must not end the ticking. */
  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("limits could not be shared", e);
    }
  }
}
