package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.WaitQueue;
import io.geminirelay.flow.keys.wait.Waiter;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where the exchanges of all event loops wait for a key: one loop owns the {@link WaitQueue}, the
 * others hand their waiters over to it and are told on it.
 *
 * <p>The queue is looked at when a waiter enters, when the supply or a time limit says so, and when
 * {@link #stir} tells that something may have come back: at once if the last look is a while ago,
 * else {@value #PAUSE_MILLIS} ms after it. While nobody waits, {@link #stir} and {@link #isBusy}
 * are one volatile read each. Thread safe.
 */
public final class WaitingRoom {
  private static final long PAUSE_MILLIS = 2;

  private final Duration maxWait;
  private final KeyRing keys;
  private final TimeSource time;
  private final EventExecutor owner;
  private final AtomicInteger everywhere;
  private final KeySupply supply;
  private final Outlooks outlooks;
  private final WaitQueue queue;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Map<String, Integer> byModel = new ConcurrentHashMap<>();
  private final AtomicBoolean stirred = new AtomicBoolean();

  // Touched by the owner alone, once made.
  private @Nullable Runnable leaveRing;
  private boolean retired;
  private boolean pausing;
  private boolean looking;
  private @Nullable Future<?> timer;

  /** A room for the keys of {@code keys}, whose queue {@code owner} owns. */
  public WaitingRoom(
      KeysConfig config, KeyRing keys, Breakers breakers, TimeSource time, EventExecutor owner) {
    this(config, keys, breakers, time, owner, new AtomicInteger());
  }

  private WaitingRoom(
      KeysConfig config,
      KeyRing keys,
      Breakers breakers,
      TimeSource time,
      EventExecutor owner,
      AtomicInteger everywhere) {
    this.maxWait = config.maxWait();
    this.keys = keys;
    this.time = time;
    this.owner = owner;
    this.everywhere = everywhere;
    this.supply = new KeySupply(keys, breakers);
    this.outlooks = new Outlooks(time, keys.selector()::waitNanos, supply::forecastNanos);
    this.queue = new WaitQueue(config.maxWaiting(), time, supply);
    this.leaveRing = keys.onChange(this::stir);
  }

  /** The room of a new configuration, which counts those that wait in this one with its own. */
  public WaitingRoom successor(KeysConfig config, KeyRing newKeys, Breakers newBreakers) {
    return new WaitingRoom(config, newKeys, newBreakers, time, owner, everywhere);
  }

  /**
   * Newcomers go to another room from now on. Exchanges that are upstream already may still come
   * back to this one; while none is here, it listens to nothing, so that it can be forgotten.
   */
  public void retire() {
    owned(
        () -> {
          retired = true;
          leaveRingIfEmpty();
        });
  }

  private void leaveRingIfEmpty() {
    Runnable leave = leaveRing;
    if (retired && leave != null && waiting.get() == 0) {
      leaveRing = null;
      leave.run();
    }
  }

  /** How long an exchange may wait in all; zero when none may. */
  Duration maxWait() {
    return maxWait;
  }

  KeySupply supply() {
    return supply;
  }

  /** Requests that wait, or are on their way in; here and in the rooms before. */
  public int waiting() {
    return everywhere.get();
  }

  /** Those of them that ask for {@code model}. */
  public int waiting(String model) {
    return waiting.get() == 0 ? 0 : byModel.getOrDefault(model, 0);
  }

  /** Whether others wait for the same model, so that a newcomer has to line up behind them. */
  boolean isBusy(Demand demand) {
    return waiting(demand.model()) > 0;
  }

  /** Figures of all lanes, taken by the owner; completes on its thread. */
  public CompletionStage<List<WaitQueue.Lane>> lanes() {
    CompletableFuture<List<WaitQueue.Lane>> lanes = new CompletableFuture<>();
    if (!owned(() -> lanes.complete(queue.lanes()))) {
      lanes.complete(List.of());
    }
    return lanes;
  }

  /** What is thought to come for a request before all who wait; from any thread. */
  Outlooks.Outlook firstOutlook(Demand demand, long afterNanos) {
    return outlooks.of(demand, 0, afterNanos);
  }

  /** The same for one behind all who wait for the model. */
  Outlooks.Outlook lastOutlook(Demand demand, long afterNanos) {
    return outlooks.of(demand, waiting(demand.model()), afterNanos);
  }

  // ---- those who wait ----

  /**
   * Takes a request in; {@code seeker} is told on the owner's thread, exactly once unless {@link
   * #leave} comes first.
   */
  Waiter enter(Demand demand, String client, long limitNanos, Waiter.Seeker seeker) {
    Waiter waiter = new Waiter(demand, client, limitNanos, new Counted(seeker));
    byModel.merge(demand.model(), 1, Integer::sum);
    waiting.incrementAndGet();
    everywhere.incrementAndGet();
    owned(() -> take(waiter));
    return waiter;
  }

  private void take(Waiter waiter) {
    if (leaveRing == null) {
      leaveRing = keys.onChange(this::stir);
    }
    if (!queue.enter(waiter)) {
      waiter.seeker().ended(waiter);
      return;
    }
    stirred.set(true);
    lookUnlessPausing();
  }

  /** Gives the place up; does nothing for one that was told already. */
  void leave(Waiter waiter) {
    owned(
        () -> {
          if (queue.leave(waiter)) {
            gone(waiter);
          }
        });
  }

  private void gone(Waiter waiter) {
    byModel.computeIfPresent(
        waiter.demand().model(), (model, count) -> count == 1 ? null : count - 1);
    waiting.decrementAndGet();
    everywhere.decrementAndGet();
    leaveRingIfEmpty();
  }

  /** Keeps the count when a waiter's time is over. */
  private final class Counted implements Waiter.Seeker {
    private final Waiter.Seeker seeker;

    Counted(Waiter.Seeker seeker) {
      this.seeker = seeker;
    }

    @Override
    public Waiter.Take tryTake() {
      return seeker.tryTake();
    }

    @Override
    public void ended(Waiter waiter) {
      gone(waiter);
      seeker.ended(waiter);
    }
  }

  // ---- looking ----

  /** Something may have come back that somebody waits for. Cheap; from any thread. */
  public void stir() {
    if (waiting.get() > 0 && !isOwnLook() && stirred.compareAndSet(false, true)) {
      owned(this::lookUnlessPausing);
    }
  }

  /** What a look itself takes and gives back is no news: it would lead to the next for ever. */
  private boolean isOwnLook() {
    return owner.inEventLoop() && looking;
  }

  private void lookUnlessPausing() {
    if (!pausing) {
      look();
    }
  }

  private void look() {
    // Before looking: what comes back meanwhile leads to another look.
    stirred.set(false);
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    long next = WaitQueue.RECHECK_NANOS;
    looking = true;
    try {
      next = queue.wake();
    } finally {
      looking = false;
      goOn(next);
    }
  }

  private void goOn(long next) {
    if (queue.size() > 0 && next != KeySelector.NEVER) {
      timer = owner.schedule(this::look, next, TimeUnit.NANOSECONDS);
    }
    if (!pausing) {
      pausing = true;
      owner.schedule(this::pauseOver, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void pauseOver() {
    pausing = false;
    if (stirred.get()) {
      look();
    }
  }

  /** Runs {@code task} on the owner's thread; false when the engine has stopped. */
  private boolean owned(Runnable task) {
    try {
      owner.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
