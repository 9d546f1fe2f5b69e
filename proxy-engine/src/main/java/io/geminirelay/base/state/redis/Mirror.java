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
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What Redis was last known to hold, to put back what it loses: one that is started anew may hold
 * nothing, and a replica that takes over may lack the last changes. Ends are by Redis's clock. For
 * one thread.
 */
final class Mirror {
  /** How long a replica may lag behind and still be promoted, generously. */
  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** What is over is remembered as long as Redis may go back, but no more than this. */
  private static final int MOST_OVER = 10_000;

  private final Map<String, Fact> facts = new HashMap<>();

  // Oldest first.
  private final Map<String, Own> own = new LinkedHashMap<>();
  private final Map<String, Long> told = new LinkedHashMap<>();
  private final Map<String, Fact> over = new LinkedHashMap<>();
  private Turn turn = Turn.NONE;

  /** A change of ours. */
  private record Own(Turn turn, long atNanos) {}

  /** The last change that is known here. */
  Turn turn() {
    return turn;
  }

  /** Takes a whole reading. */
  void take(Turn read, List<Fact> all) {
    if (!read.era().equals(turn.era())) {
      own.clear();
    }
    turn = read;
    facts.clear();
    apply(new Batch(all, List.of()));
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
    apply(batch);
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
    apply(batch);
    prune(nowNanos);
    news.forEach(fact -> putLast(told, fact.name(), nowNanos));
    gone.forEach(name -> putLast(told, name, nowNanos));
    return batch;
  }

  /** What Redis ought to hold, where it was begun anew or went back. */
  List<Fact> all(long clockMillis) {
    return facts.values().stream().filter(fact -> fact.untilMillis() > clockMillis).toList();
  }

  /** What was written from here just now, which a replica that took over may lack. */
  List<Fact> recent(long clockMillis, long nowNanos) {
    return recent(all(clockMillis), nowNanos);
  }

  /** What was over before its end, and may be there again where Redis went back. */
  List<Fact> over(long clockMillis) {
    return over.values().stream().filter(fact -> fact.untilMillis() > clockMillis).toList();
  }

  /** What of it was ended from here just now. */
  List<Fact> recentlyOver(long clockMillis, long nowNanos) {
    return recent(over(clockMillis), nowNanos);
  }

  /** How many changes it remembers beside the facts. */
  int changes() {
    return own.size() + told.size() + over.size();
  }

  private List<Fact> recent(List<Fact> of, long nowNanos) {
    return of.stream()
        .filter(
            fact -> {
              Own written = own.get(fact.name());
              return written != null && nowNanos - written.atNanos <= RECENT_NANOS;
            })
        .toList();
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

  private void apply(Batch batch) {
    for (Fact fact : batch.facts()) {
      facts.put(fact.name(), fact);
      over.remove(fact.name());
    }
    for (String name : batch.gone()) {
      Fact fact = facts.remove(name);
      if (fact != null) {
        putLast(over, name, fact);
      }
    }
    dropFirst(over.values(), fact -> over.size() > MOST_OVER);
  }
}
