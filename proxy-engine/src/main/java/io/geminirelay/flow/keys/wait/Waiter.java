package io.geminirelay.flow.keys.wait;

import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeySelector;
import org.jspecify.annotations.Nullable;

/**
 * One request that waits, or wants to wait, for a key in a {@link WaitQueue}. Entered at most once;
 * belongs to the owner of the queue.
 */
public final class Waiter {
  private final Demand demand;
  private final String client;
  private final long limitNanos;
  private final Seeker seeker;

  private State state = State.OUTSIDE;
  private long enteredNanos;
  private long retryNanos;
  // The two places in the queue; null unless waiting.
  private Chain.@Nullable Link<Waiter> inLine;
  private Chain.@Nullable Link<Waiter> inCrowd;

  /** Where a waiter stands. */
  public enum State {
    /** Not entered yet; next is WAITING, HOPELESS or QUEUE_FULL. */
    OUTSIDE,
    /** In the queue; any of those below may be next. */
    WAITING,
    /** It took a key. */
    SERVED,
    /** Its time was over before there was a key. */
    EXPIRED,
    /** No key comes back within its time. */
    HOPELESS,
    /** The queue had no room for it, or gave its place to a client with fewer waiters. */
    QUEUE_FULL,
    /** It gave its place up. */
    LEFT
  }

  /** What became of the search for a key. */
  public enum Take {
    /** A key was taken. */
    TAKEN,
    /** No key has room for a request of this size, for whoever asks. */
    NOTHING,
    /** There are keys, but none that this waiter could use. */
    NOT_FOR_IT
  }

  /** Who waits. Called by the owner of the queue. */
  public interface Seeker {
    /** Takes a key, drawing on its quota, and keeps it. */
    Take tryTake();

    /**
     * The wait is over in a state other than LEFT; for SERVED the key is at hand. May call the
     * queue.
     */
    void ended(Waiter waiter);
  }

  /**
   * A request that may wait.
   *
   * @param client whose request it is; turns are taken by it
   * @param limitNanos when it is to be answered at the latest, on the time source's ticker
   */
  public Waiter(Demand demand, String client, long limitNanos, Seeker seeker) {
    this.demand = demand;
    this.client = client;
    this.limitNanos = limitNanos;
    this.seeker = seeker;
  }

  /** What it asks of a key. */
  public Demand demand() {
    return demand;
  }

  /** Whose request it is. */
  public String client() {
    return client;
  }

  /** When it is answered at the latest, on the time source's ticker. */
  public long limitNanos() {
    return limitNanos;
  }

  /** Where it stands. */
  public State state() {
    return state;
  }

  /** When it entered, on the time source's ticker; means nothing before it did. */
  public long enteredNanos() {
    return enteredNanos;
  }

  /**
   * For one that ended without a key: time until a key is thought to be there for it, those ahead
   * counted; {@link KeySelector#NEVER} when none comes back by itself.
   */
  public long retryNanos() {
    return retryNanos;
  }

  /** Who waits. */
  public Seeker seeker() {
    return seeker;
  }

  Chain.@Nullable Link<Waiter> inLine() {
    return inLine;
  }

  Chain.@Nullable Link<Waiter> inCrowd() {
    return inCrowd;
  }

  /** Notes its places in the queue down. */
  void entered(Chain.Link<Waiter> inLine, Chain.Link<Waiter> inCrowd, long now) {
    this.inLine = inLine;
    this.inCrowd = inCrowd;
    this.enteredNanos = now;
    this.state = State.WAITING;
  }

  /** Notes down that it is outside, and why. */
  void ended(State state, long retryNanos) {
    this.state = state;
    this.retryNanos = retryNanos;
    this.inLine = null;
    this.inCrowd = null;
  }
}
