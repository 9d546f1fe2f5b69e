package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.Waiter;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The waits of one exchange for a key, one at a time: in all no longer than the configured time,
 * counted from the first.
 *
 * <p>Belongs to its exchange and event loop; only what a {@link Turn} does for the {@link
 * WaitingRoom} runs on the room's thread.
 */
final class KeyWait {
  private final Channel client;
  private final Exchange exchange;
  private final Outbound outbound;
  private final Consumer<Turn> over;
  private @Nullable Turn turn;
  private boolean begun;
  private long endNanos;

  /** Waits for {@code exchange}; {@code over} is told on the client's loop how each wait ended. */
  KeyWait(Channel client, Exchange exchange, Outbound outbound, Consumer<Turn> over) {
    this.client = client;
    this.exchange = exchange;
    this.outbound = outbound;
    this.over = over;
  }

  /** Whether a wait is under way. */
  boolean isWaiting() {
    return turn != null;
  }

  /**
   * Lines up, if a key is thought to come back in time.
   *
   * @param keys knows what is asked for
   * @param leftNanos time left for the exchange
   * @param afterNanos what was foreseen then or before is not good enough
   * @return whether it waits now
   */
  boolean begin(KeyChoice keys, long leftNanos, long afterNanos) {
    WaitingRoom room = outbound.room();
    if (exchange.ownKey() != null || room.maxWait().isZero()) {
      return false;
    }
    long now = outbound.time().nanoTime();
    long end = begun ? endNanos : now + room.maxWait().toNanos();
    long left = Math.min(end - now, leftNanos);
    if (left <= 0 || room.firstOutlook(keys.demand(), afterNanos).forecastNanos() > left) {
      return false;
    }
    exchange.trail().waits("queue", now);
    begun = true;
    endNanos = end;
    Turn next = new Turn(keys.forWaiting());
    turn = next;
    next.waiter = room.enter(keys.demand(), name(exchange), now + left, next);
    return true;
  }

  /** Who takes turns: the client by its name, else, in names of their own, by its address. */
  static String name(Exchange exchange) {
    ClientConfig known = exchange.client();
    if (known != null) {
      return "client " + known.name();
    }
    InetAddress address = exchange.clientAddress();
    return address == null ? "" : "network " + Long.toHexString(Caller.networkOf(address));
  }

  /** Gives the place up, if there is one. */
  void cancel() {
    Turn current = turn;
    if (current != null) {
      turn = null;
      if (current.waiter != null) {
        outbound.room().leave(current.waiter);
      }
    }
  }

  private void ended(Turn ended) {
    if (turn != ended) {
      // The client left when the key was already on its way.
      ended.forget();
      return;
    }
    turn = null;
    over.accept(ended);
  }

  /** One wait: searches on the room's thread, and brings what it found to the client's loop. */
  final class Turn implements Waiter.Seeker {
    private final KeyChoice search;
    private @Nullable Waiter waiter;
    // Written on the room's thread before the client's loop is told.
    private @Nullable Choice found;
    private Waiter.State state = Waiter.State.WAITING;
    private long retryNanos;

    private Turn(KeyChoice search) {
      this.search = search;
    }

    @Override
    public Waiter.Take tryTake() {
      // Asked first: a trial that no breaker lets through would be taken and given back for ever.
      if (outbound.room().supply().breakerNanos(search.demand()) > 0) {
        return Waiter.Take.NOTHING;
      }
      found = search.afresh();
      if (found != null) {
        return Waiter.Take.TAKEN;
      }
      return search.knowsDeadWays() ? Waiter.Take.NOT_FOR_IT : Waiter.Take.NOTHING;
    }

    @Override
    public void ended(Waiter waiter) {
      state = waiter.state();
      retryNanos = waiter.retryNanos();
      try {
        client.eventLoop().execute(Continuation.of(client, () -> KeyWait.this.ended(this)));
      } catch (RejectedExecutionException e) {
        forget();
      }
    }

    private void forget() {
      if (found != null) {
        search.forget(found);
        found = null;
      }
    }

    /** What was found, for {@code keys} to go on with; null when the wait was in vain. */
    @Nullable Choice adoptedBy(KeyChoice keys) {
      if (found != null) {
        keys.adopt(search);
      }
      return found;
    }

    /** Why the wait was in vain. */
    Fault fault() {
      if (state == Waiter.State.QUEUE_FULL && retryNanos != KeySelector.NEVER) {
        long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(retryNanos + 999_999_999L));
        return Fault.until(
            FaultKind.QUEUE_FULL,
            "Too many requests wait for a key already; try again in " + seconds + " s.",
            seconds);
      }
      Fault exits = search.fault();
      if (exits != null && exits.kind() == FaultKind.EXITS_COOLING) {
        return exits;
      }
      Fault breaker = outbound.room().supply().breakerFault(search.demand());
      return breaker != null ? breaker : RetryPolicy.outOfKeys(retryNanos);
    }
  }
}
