package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.AloneNotice;
import io.geminirelay.base.state.LeaseStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 * answered for {@value #PATIENCE_MILLIS} ms is given up, well before the store's own patience ends:
 * what comes too late is heard and given back, and the accounts are alone until the store answers
 * again. One that is slow has leases made larger.
 *
 * <p>Who calls for more goes first, then who has something in hand or to tell. Those at rest are
 * looked at from time to time, the less often the more there are.
 *
 * <p>All on the state thread, but for what is said to be otherwise.
 */
final class LimitLeases {
  /** How often is looked what is wanted. */
  static final long TICK_MILLIS = 20;

  static final long PATIENCE_MILLIS = 1_000;

  /** Asks of a round at most; who is left out is first in the next. */
  private static final int MOST_ASKS = 512;

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

  /** After this, an answer is late. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * TICK_MILLIS);

  /** Each that is at rest is looked at so often at least. */
  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** So much more between two looks for each that there is: 200 looks a second in all. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final Logger LOG = LoggerFactory.getLogger(LimitLeases.class);

  private final LeaseStore store;

  /** This instance, among those who hold leases. */
  private final String holder = UUID.randomUUID().toString().substring(0, 8);

  private final ScheduledExecutorService thread;
  private final TimeSource time;
  private final Map<SharedBucket, LimitLease> leases = new LinkedHashMap<>();

  /** What is still to be told of limits that are no longer drawn on. */
  private final List<LeaseStore.Ask> farewells = new ArrayList<>();

  /** Who wants more, in the order of their calls; filled by any thread. */
  private final Queue<LimitLease> calls = new ConcurrentLinkedQueue<>();

  private final Set<LimitLease> callers = new LinkedHashSet<>();

  /** Who has something in hand or to tell, or is not shared; who was asked for last is last. */
  private final Set<LimitLease> active = new LinkedHashSet<>();

  /** All others; who was looked at last is last. */
  private final Set<LimitLease> resting = new LinkedHashSet<>();

  private final AloneNotice notice = new AloneNotice("limits of clients");
  private final AtomicBoolean woken = new AtomicBoolean();
  private @Nullable Round round;
  private boolean again;
  private long answerNanos;
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
    for (SharedBucket bucket : wanted) {
      if (!leases.containsKey(bucket)) {
        LimitLease made = new LimitLease(bucket, this::called);
        leases.put(bucket, made);
        active.add(made);
      }
    }
    Set<LimitLease> all = Set.copyOf(leases.values());
    List.of(callers, active, resting).forEach(each -> each.retainAll(all));
  }

  /**
   * {@code lease} wants more; on any thread. Where there is much left, a burst is followed as fast
   * as the store answers; otherwise the next tick is soon enough.
   */
  private void called(LimitLease lease) {
    calls.add(lease);
    if (!lease.isShort()) {
      wake();
    }
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
    send(List.copyOf(farewells)).whenComplete((answers, failure) -> done.complete(null));
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
    notice.look(store.isUp() && !leases.isEmpty(), time.nanoTime());
    if (!store.isUp()) {
      giveUp();
    } else if (round == null) {
      ask();
    } else {
      long waited = time.nanoTime() - round.sentNanos();
      if (waited > PATIENCE_NANOS) {
        giveUp();
      } else if (waited > SLOW_NANOS) {
        active.forEach(LimitLease::bridge);
      }
    }
  }

  private void giveUp() {
    givenUp = true;
    notice.alone(time.nanoTime());
    leases.values().forEach(LimitLease::lost);
    active.addAll(resting);
    resting.clear();
  }

  private void ask() {
    for (LimitLease each = calls.poll(); each != null; each = calls.poll()) {
      if (leases.get(each.bucket()) == each) {
        resting.remove(each);
        active.add(each);
        callers.add(each);
      }
    }
    List<LimitLease> asking = new ArrayList<>();
    List<LeaseStore.Ask> asks = new ArrayList<>();
    askFor(List.copyOf(callers), asking, asks);
    callers.removeAll(asking);
    callers.removeIf(each -> !each.bucket().isCalling());
    askFor(List.copyOf(active), asking, asks);
    for (LimitLease each : asking) {
      if (active.remove(each)) {
        active.add(each);
      }
    }
    rest();
    askForTheResting(asking, asks);
    asks.addAll(farewells);
    farewells.clear();
    if (asks.isEmpty()) {
      return;
    }
    Round sent = new Round(asking, asks, time.nanoTime());
    round = sent;
    givenUp = false;
    send(asks)
        .whenComplete(
            (answers, failure) ->
                thread.execute(() -> safely(() -> answered(sent, answers, failure))));
  }

  private CompletionStage<List<Optional<LeaseStore.Answer>>> send(List<LeaseStore.Ask> asks) {
    try {
      return store.ask(holder, asks);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private void askFor(List<LimitLease> some, List<LimitLease> asking, List<LeaseStore.Ask> asks) {
    for (LimitLease each : some) {
      if (asks.size() >= MOST_ASKS) {
        return;
      }
      LeaseStore.Ask ask = each.next(answerNanos);
      if (ask != null) {
        asking.add(each);
        asks.add(ask);
      }
    }
  }

  /** Who is done goes to the others that are at rest, as the last of them. */
  private void rest() {
    long pause = Math.min(LONGEST_REST_NANOS, REST_NANOS * leases.size());
    long later = Math.max(0, pause - LimitLease.FULL_LOOK_NANOS);
    active.removeIf(
        each -> {
          boolean rests = each.isAtRest() && each.isFull();
          if (rests) {
            each.lookLater(later);
            resting.add(each);
          }
          return rests;
        });
  }

  private void askForTheResting(List<LimitLease> asking, List<LeaseStore.Ask> asks) {
    List<LimitLease> due = new ArrayList<>();
    for (LimitLease each : resting) {
      if (!each.isDue() || due.size() + asks.size() >= MOST_ASKS) {
        break;
      }
      due.add(each);
    }
    due.forEach(resting::remove);
    active.addAll(due);
    askFor(due, asking, asks);
  }

  private void answered(
      Round sent,
      @Nullable List<Optional<LeaseStore.Answer>> answers,
      @Nullable Throwable failure) {
    round = null;
    long took = time.nanoTime() - sent.sentNanos();
    boolean late = givenUp || took > PATIENCE_NANOS;
    if (failure != null || answers == null || late) {
      giveUp();
    } else {
      notice.shared();
      answerNanos = took;
    }
    for (int i = 0; i < sent.leases().size(); i++) {
      LeaseStore.Answer answer = answers == null ? null : answers.get(i).orElse(null);
      if (answer == null) {
        sent.leases().get(i).failed();
      } else {
        take(sent.leases().get(i), sent.asks().get(i), answer, late);
      }
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
            new LeaseStore.Ask(
                ask.name(),
                ask.capacity(),
                ask.perMinute(),
                0,
                -answer.granted(),
                LimitLease.GONE));
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
