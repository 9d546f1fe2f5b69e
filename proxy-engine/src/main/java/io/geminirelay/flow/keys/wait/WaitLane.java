package io.geminirelay.flow.keys.wait;

import io.geminirelay.flow.keys.KeySelector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of a {@link WaitQueue} that can use the same keys: a line for each client, and turns
 * among the lines. The rule for those that do not fit is told there. Not thread safe.
 */
final class WaitLane {
  /** A lane is held for one waiter this long at most. */
  static final long HOLD_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Use use;
  private final WaitQueue.Supply supply;
  private final Map<String, Chain.Link<Line>> byClient = new HashMap<>();
  private final Chain<Line> lines = new Chain<>();
  private int size;
  private long tokens;
  private long latestLimitNanos;
  private long retryNanos;
  private long retryAsOfNanos;
  private boolean retryKnown;

  // One pass over the lines: where it is, and the smallest waiter that found nothing.
  private Chain.@Nullable Link<Line> cursor;
  private @Nullable Waiter unserved;
  private long heldForNanos;

  /** What the waiters of a lane have in common. */
  record Use(String model, List<String> groups) {}

  /** The waiters of one client, first come first served. */
  private static final class Line {
    final String client;
    final Chain<Waiter> waiters = new Chain<>();
    int size;
    long tokens;

    Line(String client) {
      this.client = client;
    }
  }

  WaitLane(Use use, WaitQueue.Supply supply) {
    this.use = use;
    this.supply = supply;
  }

  Use use() {
    return use;
  }

  int size() {
    return size;
  }

  int clients() {
    return byClient.size();
  }

  /** Waiters that are served before the next one of {@code client}, at most. */
  int ahead(String client) {
    Chain.Link<Line> link = byClient.get(client);
    int own = link == null ? 0 : link.value().size;
    long others = link == null ? byClient.size() : byClient.size() - 1L;
    return (int) Math.min(size, own + (own + 1) * others);
  }

  /** Tokens that the {@code ahead} first of them hold, by those of the client and the average. */
  long tokensAhead(String client, long ahead) {
    Chain.Link<Line> link = byClient.get(client);
    int own = link == null ? 0 : link.value().size;
    long ownTokens = link == null ? 0 : link.value().tokens;
    int others = size - own;
    return others == 0
        ? ownTokens
        : ownTokens + (long) ((double) (tokens - ownTokens) / others * Math.max(0, ahead - own));
  }

  Chain.Link<Waiter> add(Waiter waiter) {
    Chain.Link<Line> link = byClient.get(waiter.client());
    if (link == null) {
      link = lines.add(new Line(waiter.client()));
      byClient.put(waiter.client(), link);
    }
    if (size == 0 || waiter.limitNanos() - latestLimitNanos > 0) {
      latestLimitNanos = waiter.limitNanos();
    }
    count(link.value(), waiter, 1);
    return link.value().waiters.add(waiter);
  }

  void remove(Waiter waiter) {
    Chain.Link<Line> link = byClient.get(waiter.client());
    Chain.Link<Waiter> place = waiter.inLine();
    if (link == null || place == null) {
      throw new IllegalStateException("does not wait");
    }
    Line line = link.value();
    line.waiters.remove(place);
    count(line, waiter, -1);
    if (line.size == 0) {
      byClient.remove(line.client);
      lines.remove(link);
    }
  }

  private void count(Line line, Waiter waiter, int sign) {
    long more = sign * Math.max(0, waiter.demand().tokens());
    line.size += sign;
    line.tokens += more;
    size += sign;
    tokens += more;
  }

  // ---- one pass ----

  /** Begins to hand keys out. */
  void beginPass() {
    cursor = lines.first();
    unserved = null;
    heldForNanos = 0;
  }

  /**
   * Lets the next waiter take a key: that waiter, still in its line, or null when nobody could. The
   * caller ends it with {@link #served}.
   */
  @Nullable Waiter next(long now) {
    while (cursor != null) {
      Waiter waiter = firstOf(cursor.value());
      if (unserved == null || waiter.demand().tokens() < unserved.demand().tokens()) {
        switch (waiter.seeker().tryTake()) {
          case TAKEN -> {
            return waiter;
          }
          case NOTHING -> {
            unserved = waiter;
            if (waiter.demand().tokens() == 0 || isHeldFor(waiter, now)) {
              cursor = null;
              return null;
            }
          }
          case NOT_FOR_IT -> {}
        }
      }
      cursor = cursor.next();
    }
    return null;
  }

  private static Waiter firstOf(Line line) {
    Chain.Link<Waiter> first = line.waiters.first();
    if (first == null) {
      throw new IllegalStateException("a line without waiters");
    }
    return first.value();
  }

  /**
   * Removes a waiter that {@link #next} returned; its client's next turn comes after all others.
   */
  void served(Waiter waiter) {
    Chain.Link<Line> at = cursor;
    if (at == null) {
      throw new IllegalStateException("nobody's turn");
    }
    Chain.Link<Line> next = at.next();
    remove(waiter);
    if (at.value().size > 0) {
      lines.moveToEnd(at);
      cursor = next == null ? at : next;
    } else {
      cursor = next;
    }
  }

  private boolean isHeldFor(Waiter waiter, long now) {
    long waited = now - waiter.enteredNanos();
    long left = waiter.limitNanos() - now;
    if (waited < left) {
      return false;
    }
    long wait = supply.waitNanos(waiter.demand());
    boolean held = wait > 0 && wait <= HOLD_NANOS && wait < left;
    heldForNanos = held ? wait : 0;
    return held;
  }

  /** After a pass: when the next one may find a key. */
  long waitNanos() {
    if (heldForNanos > 0) {
      return heldForNanos;
    }
    Chain.Link<Line> first = lines.first();
    if (first == null) {
      return KeySelector.NEVER;
    }
    return supply.waitNanos(unserved != null ? unserved.demand() : firstOf(first.value()).demand());
  }

  /** After a pass that nobody is to be had before {@code waitNanos}: whether to wait is in vain. */
  boolean isHopeless(long waitNanos, long now) {
    Waiter smallest = unserved;
    long left = latestLimitNanos - now;
    return smallest != null
        && waitNanos > left
        && supply.forecastNanos(smallest.demand(), 0) > left;
  }

  /** After {@link #isHopeless}: those that are no smaller than the smallest that found nothing. */
  List<Waiter> hopeless() {
    List<Waiter> all = new ArrayList<>();
    Waiter smallest = unserved;
    if (smallest != null) {
      forEach(
          waiter -> {
            if (waiter.demand().tokens() >= smallest.demand().tokens()) {
              all.add(waiter);
            }
          });
    }
    return all;
  }

  /**
   * Time until a key is thought to be there for one that comes after all others; asked of the
   * supply once for all that end at {@code now}.
   */
  long retryNanos(Waiter waiter, long now) {
    if (!retryKnown || retryAsOfNanos != now) {
      retryNanos = supply.forecastNanos(waiter.demand(), size, tokens);
      retryAsOfNanos = now;
      retryKnown = true;
    }
    return retryNanos;
  }

  // ---- figures ----

  /** When the waiter that has waited longest came; only for a lane with waiters. */
  long oldestNanos() {
    long oldest = latestLimitNanos;
    for (Chain.Link<Line> at = lines.first(); at != null; at = at.next()) {
      long entered = firstOf(at.value()).enteredNanos();
      if (entered - oldest < 0) {
        oldest = entered;
      }
    }
    return oldest;
  }

  /** Shows every waiter to {@code look}, client by client; it may not change the lane. */
  void forEach(Consumer<Waiter> look) {
    for (Chain.Link<Line> at = lines.first(); at != null; at = at.next()) {
      for (Chain.Link<Waiter> w = at.value().waiters.first(); w != null; w = w.next()) {
        look.accept(w.value());
      }
    }
  }
}
