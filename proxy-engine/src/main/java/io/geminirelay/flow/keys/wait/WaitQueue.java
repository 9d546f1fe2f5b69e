package io.geminirelay.flow.keys.wait;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.Waiter.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for a key to come back: bounded, fair between clients, each for a limited
 * time.
 *
 * <p>Waiters stand in lanes: those of a lane ask for the same model and may use the same groups, so
 * that a key which helps one helps all. Within a lane clients take turns, one waiter a turn, first
 * come first served within a client; so a client with one waiter is delayed by at most one waiter
 * of each other client, however many those have. Lanes take turns as well, since their keys may be
 * the same.
 *
 * <p>A request of many tokens may find nothing where a small one does. It keeps its turn and is
 * asked first each time; while it waits, smaller ones of <em>other</em> clients pass it. So that a
 * stream of small ones cannot starve it, nobody passes it any more once half its time is over and
 * the room it needs would be there within {@value WaitLane#HOLD_NANOS} ns if nobody else drew on
 * it. One that needs longer than that is too large to stop the others for, and ends with its time.
 *
 * <p>A full queue takes the newcomer of a client that has fewer waiters than the client with most,
 * whose newest waiter goes. Nobody is kept waiting in vain: when the supply says that no key
 * returns within the time of a lane's waiters, they end at once.
 *
 * <p>Has no thread, lock or timer: an owner calls {@link #wake} when it said so, and whenever keys
 * may have come back. Not thread safe.
 */
public final class WaitQueue {
  /** Shortest time between two looks, where the supply names none although it has nothing. */
  public static final long RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final int maxWaiting;
  private final TimeSource time;
  private final Supply supply;
  private final Map<WaitLane.Use, Chain.Link<WaitLane>> byUse = new HashMap<>();
  private final Chain<WaitLane> lanes = new Chain<>();
  private final WaitCrowd crowd = new WaitCrowd();

  /** By limit; those that ended are let go lazily. */
  private final PriorityQueue<Waiter> limits =
      new PriorityQueue<>((a, b) -> Long.signum(a.limitNanos() - b.limitNanos()));

  private int size;

  /** What is known of the keys. */
  public interface Supply {
    /**
     * Time after which a search that found nothing may find a key, if nothing else happens; 0 when
     * it could now, {@link KeySelector#NEVER} when never by itself.
     */
    long waitNanos(Demand demand);

    /**
     * Time by which a key is thought to be there for a request that has {@code ahead} others of its
     * kind before it; {@link KeySelector#NEVER} when never by itself.
     */
    long forecastNanos(Demand demand, long ahead);

    /** The same where those ahead hold {@code tokensAhead} together. */
    default long forecastNanos(Demand demand, long ahead, long tokensAhead) {
      return forecastNanos(demand, ahead);
    }
  }

  /**
   * Figures of one lane.
   *
   * @param model model its waiters ask for; empty when none is named
   * @param groups groups they may use; empty for all
   * @param waiting number of waiters
   * @param clients number of clients they belong to
   * @param oldestNanos how long the first of them has waited
   */
  public record Lane(
      String model, List<String> groups, int waiting, int clients, long oldestNanos) {}

  /**
   * An empty queue.
   *
   * @param maxWaiting waiters at most, 1 or more
   */
  public WaitQueue(int maxWaiting, TimeSource time, Supply supply) {
    this.maxWaiting = maxWaiting;
    this.time = time;
    this.supply = supply;
  }

  /**
   * Takes {@code waiter} in; {@link #wake} has to follow. When it does not, the waiter's state says
   * why, which may be that it found a key with its last try; its seeker is told nothing, but
   * another one that goes instead is.
   *
   * @return whether it waits
   */
  public boolean enter(Waiter waiter) {
    long now = time.nanoTime();
    WaitLane.Use use = useOf(waiter);
    Chain.Link<WaitLane> known = byUse.get(use);
    long forecast = forecastNanos(waiter, known == null ? null : known.value());
    if (forecast > waiter.limitNanos() - now && supply.forecastNanos(waiter.demand(), 0) > 0) {
      boolean taken = waiter.seeker().tryTake() == Waiter.Take.TAKEN;
      waiter.ended(taken ? State.SERVED : State.HOPELESS, taken ? 0 : forecast);
      return false;
    }
    if (size < maxWaiting) {
      add(waiter, use, now);
      return true;
    }
    Waiter out = crowd.newestOfLargest();
    if (out == null || crowd.of(waiter.client()) >= crowd.largest()) {
      waiter.ended(State.QUEUE_FULL, forecast);
      return false;
    }
    end(out, State.QUEUE_FULL, retryNanos(out, now));
    add(waiter, use, now);
    out.seeker().ended(out);
    return true;
  }

  private long forecastNanos(Waiter waiter, @Nullable WaitLane lane) {
    if (lane == null) {
      return supply.forecastNanos(waiter.demand(), 0);
    }
    long ahead = coarse(lane.ahead(waiter.client()));
    return supply.forecastNanos(waiter.demand(), ahead, lane.tokensAhead(waiter.client(), ahead));
  }

  /** Down to a sixteenth: many that come one after the other ask the same. */
  private static long coarse(long ahead) {
    long step = Long.highestOneBit(ahead) >> 4;
    return step == 0 ? ahead : ahead & -step;
  }

  private static WaitLane.Use useOf(Waiter waiter) {
    return new WaitLane.Use(waiter.demand().model(), waiter.demand().groups());
  }

  private void add(Waiter waiter, WaitLane.Use use, long now) {
    WaitLane lane = byUse.computeIfAbsent(use, x -> lanes.add(new WaitLane(x, supply))).value();
    waiter.entered(lane.add(waiter), crowd.add(waiter), now);
    size++;
    limits.add(waiter);
  }

  /** Gives the place of {@code waiter} up; false when it did not wait (any more). */
  public boolean leave(Waiter waiter) {
    if (waiter.state() != State.WAITING) {
      return false;
    }
    end(waiter, State.LEFT, 0);
    return true;
  }

  private void end(Waiter waiter, State state, long retryNanos) {
    Chain.Link<WaitLane> link = laneOf(waiter);
    link.value().remove(waiter);
    ended(waiter, link, state, retryNanos);
  }

  /** What remains to be done for a waiter that its lane has let go. */
  private void ended(Waiter waiter, Chain.Link<WaitLane> link, State state, long retryNanos) {
    crowd.remove(waiter);
    size--;
    waiter.ended(state, retryNanos);
    if (link.value().size() == 0) {
      byUse.remove(link.value().use());
      lanes.remove(link);
    }
    if (limits.size() > 64 && limits.size() > 2 * size) {
      limits.removeIf(each -> each.state() != State.WAITING);
    }
  }

  private Chain.Link<WaitLane> laneOf(Waiter waiter) {
    Chain.Link<WaitLane> link = byUse.get(useOf(waiter));
    if (link == null) {
      throw new IllegalStateException("does not wait");
    }
    return link;
  }

  private long retryNanos(Waiter waiter, long now) {
    return laneOf(waiter).value().retryNanos(waiter, now);
  }

  /**
   * Ends the waiters whose time is over, then lets those whose turn it is take keys until none is
   * to be had; tells each that ended, at the end.
   *
   * @return nanoseconds after which to call again at the latest, if none enters before; {@link
   *     KeySelector#NEVER} when nobody waits
   */
  public long wake() {
    long now = time.nanoTime();
    List<Waiter> over = new ArrayList<>();
    try {
      expire(now, over);
      serve(now, over);
      long next = endHopeless(now, over);
      Waiter soonest = soonestLimit();
      return soonest == null ? next : Math.min(next, Math.max(0, soonest.limitNanos() - now));
    } finally {
      // Whatever a search threw: those that have a key already must not lose it.
      over.forEach(waiter -> waiter.seeker().ended(waiter));
    }
  }

  private void expire(long now, List<Waiter> over) {
    Waiter soonest = soonestLimit();
    while (soonest != null && soonest.limitNanos() - now <= 0) {
      endInVain(soonest, State.EXPIRED, now);
      over.add(soonest);
      soonest = soonestLimit();
    }
  }

  /** Ends {@code waiter} in {@code state}, unless its last try finds a key. */
  private void endInVain(Waiter waiter, State state, long now) {
    boolean taken = waiter.seeker().tryTake() == Waiter.Take.TAKEN;
    end(waiter, taken ? State.SERVED : state, taken ? 0 : retryNanos(waiter, now));
  }

  private @Nullable Waiter soonestLimit() {
    Waiter soonest = limits.peek();
    while (soonest != null && soonest.state() != State.WAITING) {
      limits.poll();
      soonest = limits.peek();
    }
    return soonest;
  }

  private void serve(long now, List<Waiter> over) {
    for (Chain.Link<WaitLane> at = lanes.first(); at != null; at = at.next()) {
      at.value().beginPass();
    }
    Chain.Link<WaitLane> at = lanes.first();
    while (at != null) {
      Chain.Link<WaitLane> next = at.next();
      WaitLane lane = at.value();
      Waiter served = lane.next(now);
      if (served != null) {
        lane.served(served);
        ended(served, at, State.SERVED, 0);
        over.add(served);
        if (lane.size() > 0) {
          lanes.moveToEnd(at);
          next = next == null ? at : next;
        }
      }
      at = next;
    }
  }

  private long endHopeless(long now, List<Waiter> over) {
    long soonest = KeySelector.NEVER;
    Chain.Link<WaitLane> at = lanes.first();
    while (at != null) {
      Chain.Link<WaitLane> next = at.next();
      WaitLane lane = at.value();
      long wait = Math.max(RECHECK_NANOS, lane.waitNanos());
      if (lane.isHopeless(wait, now)) {
        List<Waiter> all = lane.hopeless();
        all.forEach(waiter -> endInVain(waiter, State.HOPELESS, now));
        over.addAll(all);
        // Smaller ones may have stood behind them.
        wait = lane.size() > 0 ? RECHECK_NANOS : KeySelector.NEVER;
      }
      soonest = Math.min(soonest, wait);
      at = next;
    }
    return soonest;
  }

  // ---- figures ----

  /** Waiters in all. */
  public int size() {
    return size;
  }

  /** Clients that wait. */
  public int clients() {
    return crowd.clients();
  }

  /** Whether anybody waits for {@code model}, whatever the groups. */
  public boolean isWaitedFor(String model) {
    for (Chain.Link<WaitLane> at = lanes.first(); at != null; at = at.next()) {
      if (at.value().use().model().equals(model)) {
        return true;
      }
    }
    return false;
  }

  /** Figures of every lane that has waiters; takes a look at each client. */
  public List<Lane> lanes() {
    long now = time.nanoTime();
    List<Lane> all = new ArrayList<>();
    for (Chain.Link<WaitLane> at = lanes.first(); at != null; at = at.next()) {
      WaitLane lane = at.value();
      all.add(
          new Lane(
              lane.use().model(),
              lane.use().groups(),
              lane.size(),
              lane.clients(),
              now - lane.oldestNanos()));
    }
    return all;
  }
}
