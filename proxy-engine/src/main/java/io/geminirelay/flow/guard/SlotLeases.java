package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.AloneNotice;
import io.geminirelay.base.state.SlotStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the slots of clients with the other instances.
 *
 * <p>What is to be told goes to the store together, one round at a time: every {@value
 * #TICK_MILLIS} ms, and at once where slots run low. Where nothing is to be told, a round every
 * {@value #LOOK_MILLIS} ms says that this instance is alive, and hears who wants more of what is to
 * spare here; it costs the same for any number of clients. A round that is not answered for {@value
 * #PATIENCE_MILLIS} ms is given up: each instance counts alone then, until the store answers again.
 *
 * <p>All on the state thread, but for what is said to be otherwise.
 */
final class SlotLeases {
  static final long TICK_MILLIS = 20;
  static final long LOOK_MILLIS = 60;
  static final long PATIENCE_MILLIS = 1_000;

  /** Asks of a round at most; who is left out is first in the next. */
  private static final int MOST_ASKS = 200;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

  /** How long to stay alone after the store was lost, so that a slow one does not come and go. */
  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Clients at rest are looked at so often, the less the more there are: 200 a second in all. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long SHORTEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(SlotLeases.class);

  private final SlotStore store;
  private final ScheduledExecutorService thread;
  private final TimeSource time;

  /** By their names; who was asked for last is last. */
  private final Map<String, SlotLease> leases = new LinkedHashMap<>();

  private final List<SlotStore.Ask> farewells = new ArrayList<>();
  private final AloneNotice notice = new AloneNotice("numbers of requests under way");
  private final AtomicBoolean woken = new AtomicBoolean();
  private @Nullable Round round;
  private long rounds;
  private boolean again;
  private boolean ended;
  private long heard;
  private long sentNanos;
  private long notBeforeNanos;
  private @Nullable Future<?> ticking;

  /** Asks that are under way, and the leases the first of them are for. */
  private record Round(long number, List<SlotLease> leases, List<SlotStore.Ask> asks) {}

  /** Leases from {@code store}, of nothing yet. */
  SlotLeases(SlotStore store, ScheduledExecutorService thread, TimeSource time) {
    this.store = store;
    this.thread = thread;
    this.time = time;
    this.sentNanos = time.nanoTime() - LOOK_NANOS;
    this.notBeforeNanos = time.nanoTime();
  }

  /** Begins; from any thread. */
  void start() {
    thread.execute(
        () ->
            ticking =
                thread.scheduleWithFixedDelay(
                    () -> safely(this::tick), 0, TICK_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** Leases of {@code all} from now on, and of no others; from any thread. */
  void follow(Collection<Slots> all) {
    Map<String, Slots> wanted = all.stream().collect(Collectors.toMap(Slots::name, each -> each));
    thread.execute(() -> safely(() -> keepTo(wanted)));
  }

  private void keepTo(Map<String, Slots> wanted) {
    leases
        .values()
        .removeIf(
            lease -> {
              boolean leaves = wanted.get(lease.slots().name()) != lease.slots();
              if (leaves) {
                lease.lost();
                forget(lease.slots().name());
              }
              return leaves;
            });
    wanted.forEach(
        (name, slots) ->
            leases.computeIfAbsent(
                name, made -> new SlotLease(slots, this::wake, time.nanoTime())));
  }

  /** Has the store tell that nothing is held of a limit any longer. */
  private void forget(String name) {
    farewells.add(new SlotStore.Ask(name, 0, 0, 0, 0));
  }

  /** Has a round before the next tick where that helps; on an event loop, when slots run low. */
  private void wake(SlotLease lease) {
    if (!lease.isShort() && woken.compareAndSet(false, true)) {
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
      tell();
    } else {
      again = true;
    }
  }

  private void tick() {
    notice.look(store.isUp() && !leases.isEmpty(), time.nanoTime());
    boolean slow = round != null && time.nanoTime() - sentNanos > PATIENCE_NANOS;
    if (!store.isUp() || slow) {
      giveUp();
    } else if (round == null) {
      tell();
    }
  }

  /** Nobody counts on the round that is under way. */
  private void giveUp() {
    notice.alone(time.nanoTime());
    round = null;
    again = false;
    // What a store without memory has called, it has forgotten.
    heard = 0;
    notBeforeNanos = time.nanoTime() + LOST_NANOS;
    leases.values().forEach(SlotLease::lost);
  }

  private void tell() {
    long now = time.nanoTime();
    boolean idle = leases.isEmpty() && farewells.isEmpty();
    if (ended || idle || now - notBeforeNanos < 0 || !store.isUp()) {
      return;
    }
    long most = Math.min(LONGEST_REST_NANOS, REST_NANOS * leases.size());
    long pause = Math.max(SHORTEST_REST_NANOS, most);
    Set<SlotLease> asking = new LinkedHashSet<>();
    collect(asking, lease -> lease.isUrgent(now));
    collect(asking, lease -> lease.isDue(now, pause));
    if (asking.isEmpty() && farewells.isEmpty() && now - sentNanos < LOOK_NANOS) {
      return;
    }
    List<SlotStore.Ask> asks = new ArrayList<>();
    for (SlotLease each : asking) {
      asks.add(each.next(now));
      leases.remove(each.slots().name());
      leases.put(each.slots().name(), each);
    }
    for (SlotStore.Ask each : farewells) {
      // A client that was made anew tells of itself.
      if (!leases.containsKey(each.name())) {
        asks.add(each);
      }
    }
    farewells.clear();
    Round sent = new Round(++rounds, List.copyOf(asking), asks);
    round = sent;
    sentNanos = now;
    send(asks)
        .whenComplete((told, failure) -> thread.execute(() -> safely(() -> answered(sent, told))));
  }

  private void collect(Set<SlotLease> asking, Predicate<SlotLease> wants) {
    for (SlotLease each : leases.values()) {
      if (asking.size() >= MOST_ASKS) {
        return;
      }
      if (wants.test(each)) {
        asking.add(each);
      }
    }
  }

  private CompletionStage<SlotStore.Told> send(List<SlotStore.Ask> asks) {
    try {
      return store.tell(asks, heard);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private void answered(Round sent, SlotStore.@Nullable Told told) {
    if (round == null || round.number() != sent.number()) {
      // It was given up; the next tells anew what is held.
      return;
    }
    round = null;
    if (told == null) {
      giveUp();
      return;
    }
    notice.shared();
    heard = told.moment();
    long now = time.nanoTime();
    boolean more = again;
    again = false;
    for (int i = 0; i < sent.leases().size(); i++) {
      SlotLease lease = sent.leases().get(i);
      if (leases.get(lease.slots().name()) == lease) {
        more |= lease.answered(sent.asks().get(i), told.answers().get(i), now);
      } else {
        forget(lease.slots().name());
      }
    }
    for (String name : told.called()) {
      SlotLease lease = leases.get(name);
      more |= lease != null && lease.call(now);
    }
    if (more) {
      tell();
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
    boolean tells = !leases.isEmpty() && store.isUp();
    ended = true;
    round = null;
    leases.values().forEach(SlotLease::lost);
    leases.clear();
    if (tells) {
      store.leave().whenComplete((none, failure) -> done.complete(null));
    } else {
      done.complete(null);
    }
  }

  /** One failure must not end the ticking. */
  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("slots of clients could not be shared", e);
    }
  }
}
