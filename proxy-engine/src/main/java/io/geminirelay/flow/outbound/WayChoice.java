package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Exits;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among the ways to a key's target for one exchange: the first, in the order that the key
 * prefers, that neither rests nor was found blocked by this exchange. Belongs to its exchange and
 * event loop.
 */
final class WayChoice {
  private final Exits exits;
  private final TimeSource time;
  private Set<Destination> blocked = Collections.emptySet();
  private long chosenAtNanos;

  WayChoice(Exits exits, TimeSource time) {
    this.exits = exits;
    this.time = time;
  }

  /** When the last way was chosen, on the scale of the time source's ticker. */
  long chosenAtNanos() {
    return chosenAtNanos;
  }

  /** Goes on where {@code other} stands. */
  void adopt(WayChoice other) {
    other.blocked.forEach(this::block);
    chosenAtNanos = other.chosenAtNanos;
  }

  /** Whether this exchange has found any way blocked. */
  boolean knowsBlocked() {
    return !blocked.isEmpty();
  }

  /** The exit of {@code way} failed this exchange. */
  void block(Destination way) {
    if (blocked.isEmpty()) {
      blocked = new HashSet<>();
    }
    blocked.add(way);
  }

  /** Whether this exchange has found all of {@code ways} blocked. */
  boolean allBlocked(List<Destination> ways) {
    return blocked.containsAll(ways);
  }

  /** The first that is open, or whose trial is due: then this exchange makes it. */
  @Nullable Destination open(List<Destination> ways) {
    return openFrom(0, ways);
  }

  /** The first open one behind {@code last}, or at all if {@code last} is blocked. */
  @Nullable Destination after(Destination last, List<Destination> ways) {
    return openFrom(blocked.contains(last) ? 0 : ways.indexOf(last) + 1, ways);
  }

  private @Nullable Destination openFrom(int start, List<Destination> ways) {
    for (int i = start; i < ways.size(); i++) {
      Destination way = ways.get(i);
      if (!blocked.contains(way) && admits(way)) {
        return way;
      }
    }
    return null;
  }

  /** Whether any of {@code ways} could be chosen; takes none. */
  boolean mayBeOpen(List<Destination> ways) {
    for (Destination way : ways) {
      if (!blocked.contains(way) && exits.mayAdmit(way)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Of ways that all rest, the one whose rest ends first of those that may be tried just now; null
   * when none may.
   */
  @Nullable Destination leastBad(List<Destination> ways) {
    Set<Destination> asked = new HashSet<>(blocked);
    while (true) {
      Destination best = null;
      for (Destination way : ways) {
        boolean better = best == null || exits.restNanos(way) < exits.restNanos(best);
        if (better && !asked.contains(way)) {
          best = way;
        }
      }
      long now = time.nanoTime();
      if (best == null || exits.admitsAnyway(best, now)) {
        chosenAtNanos = now;
        return best;
      }
      asked.add(best);
    }
  }

  private boolean admits(Destination way) {
    if (way.egress() == null) {
      return true;
    }
    long now = time.nanoTime();
    if (!exits.admits(way, now)) {
      return false;
    }
    chosenAtNanos = now;
    return true;
  }

  /** The way that was chosen is not gone after all. */
  void release(Destination way) {
    exits.release(way, chosenAtNanos);
  }
}
