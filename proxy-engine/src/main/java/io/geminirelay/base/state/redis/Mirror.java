package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What Redis was last known to hold, to put back what it loses: one that is started anew may hold
 * nothing, a replica that takes over may lack the last changes, and a full one may have dropped
 * something. Ends are by Redis's clock. For one thread.
 */
final class Mirror {
  /** For how long messages may come late, generously. */
  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** What is over is remembered as long as Redis may go back, but no more than this. */
  private static final int MOST_OVER = 10_000;

  /** What ends within that is not worth putting back: it may have ended since. */
  private static final long SHORT_MILLIS = 1_000;

  private final Map<String, Fact> facts = new HashMap<>();

  // Oldest first.
  private final Map<String, Own> own = new LinkedHashMap<>();
  private final Map<String, Long> told = new LinkedHashMap<>();
  private final Map<String, Over> over = new LinkedHashMap<>();
  private Turn turn = Turn.NONE;

  /** A change of ours. */
  private record Own(Turn turn, long atNanos) {}

  /**
   * What is over before its end.
   *
   * @param at the change that ended it, or a later one
   */
  record Over(Fact fact, Turn at) {}

  /** The last change that is known here. */
  Turn turn() {
    return turn;
  }

  /** Takes a whole reading. What is missing in it is remembered: it was lost, and is not over. */
  void take(Snapshot read) {
    if (!read.turn().era().equals(turn.era())) {
      own.clear();
    }
    turn = read.turn();
    facts.values().removeIf(fact -> fact.untilMillis() <= read.clockMillis());
    over.values().removeIf(each -> each.fact.untilMillis() <= read.clockMillis());
    apply(new Batch(read.facts(), read.gone()), turn);
  }

  /** Notes that the changes up to {@code number} are known. */
  void reached(long number) {
    turn = new Turn(turn.era(), number);
  }

  /**
   * Notes that Redis has taken {@code batch} from here.
   *
   * @return what of it has to be told here again, since another's earlier change of it was told
   *     just before, maybe when this one was on its way already
   */
  Batch wrote(Turn at, Batch batch, long nowNanos) {
    apply(batch, at);
    prune(nowNanos);
    Own change = new Own(at, nowNanos);
    batch.facts().forEach(fact -> putLast(own, fact.name(), change));
    batch.gone().forEach(name -> putLast(own, name, change));
    return new Batch(
        batch.facts().stream().filter(fact -> told.containsKey(fact.name())).toList(),
        batch.gone().stream().filter(told::containsKey).toList());
  }

  /**
   * Takes another's change, without what was changed from here after it: the last writer wins
   * everywhere as it does in Redis.
   */
  Batch heard(RedisChange change, long nowNanos) {
    List<Fact> news = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    for (Fact fact : change.batch().facts()) {
      if (!isOlder(change.turn(), fact.name())) {
        news.add(fact);
      }
    }
    for (String name : change.batch().gone()) {
      if (!isOlder(change.turn(), name)) {
        gone.add(name);
      }
    }
    Batch batch = new Batch(news, gone);
    apply(batch, change.turn());
    prune(nowNanos);
    news.forEach(fact -> putLast(told, fact.name(), nowNanos));
    gone.forEach(name -> putLast(told, name, nowNanos));
    return batch;
  }

  /** When what is known under {@code name} ends; 0 where nothing is. */
  long endMillis(String name) {
    Fact fact = facts.get(name);
    return fact == null ? 0 : fact.untilMillis();
  }

  /** What Redis ought to hold and {@code read} has nothing of. */
  List<Fact> missing(Snapshot read) {
    long least = read.clockMillis() + SHORT_MILLIS;
    return facts.values().stream()
        .filter(fact -> fact.untilMillis() > least && !read.names().contains(fact.name()))
        .toList();
  }

  /**
   * What is over, and yet in {@code read}: Redis went back, or another put back what it did not
   * know to be over, or it was written anew since.
   */
  List<Over> returned(Snapshot read) {
    return over.isEmpty()
        ? List.of()
        : read.facts().stream()
            .map(fact -> over.get(fact.name()))
            .filter(Objects::nonNull)
            .toList();
  }

  /** How many changes it remembers beside the facts. */
  int changes() {
    return own.size() + told.size() + over.size();
  }

  private void prune(long nowNanos) {
    dropFirst(told.values(), atNanos -> nowNanos - atNanos > RECENT_NANOS);
    dropFirst(own.values(), each -> nowNanos - each.atNanos > RECENT_NANOS);
  }

  /** Costs no more than what it drops. */
  private static <T> void dropFirst(Collection<T> oldestFirst, Predicate<T> which) {
    Iterator<T> each = oldestFirst.iterator();
    while (each.hasNext() && which.test(each.next())) {
      each.remove();
    }
  }

  private static <T> void putLast(Map<String, T> map, String name, T value) {
    map.remove(name);
    map.put(name, value);
  }

  private boolean isOlder(Turn other, String name) {
    Own written = own.get(name);
    return written != null
        && written.turn.era().equals(other.era())
        && written.turn.number() > other.number();
  }

  private void apply(Batch batch, Turn at) {
    for (Fact fact : batch.facts()) {
      facts.put(fact.name(), fact);
      over.remove(fact.name());
    }
    for (String name : batch.gone()) {
      Fact fact = facts.remove(name);
      if (fact != null) {
        putLast(over, name, new Over(fact, at));
      }
    }
    dropFirst(over.values(), each -> over.size() > MOST_OVER);
  }
}
