package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What Redis was last known to hold, to put back what it loses: one that is started anew may hold
 * nothing, and a replica that takes over may lack the last changes. Ends are by Redis's clock. For
 * one thread.
 */
final class Mirror {
  /** How long a replica may lag behind and still be promoted, generously. */
  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Map<String, Fact> facts = new HashMap<>();
  private final Map<String, Own> own = new HashMap<>();
  private final Map<String, Long> told = new HashMap<>();
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
    all.forEach(fact -> facts.put(fact.name(), fact));
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
    told.values().removeIf(atNanos -> nowNanos - atNanos > RECENT_NANOS);
    own.values().removeIf(each -> nowNanos - each.atNanos > RECENT_NANOS);
    batch.facts().forEach(fact -> own.put(fact.name(), new Own(at, nowNanos)));
    batch.gone().forEach(name -> own.put(name, new Own(at, nowNanos)));
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
    news.forEach(fact -> told.put(fact.name(), nowNanos));
    gone.forEach(name -> told.put(name, nowNanos));
    return batch;
  }

  /** What Redis ought to hold, where it was begun anew or went back. */
  List<Fact> all(long clockMillis) {
    return facts.values().stream().filter(fact -> fact.untilMillis() > clockMillis).toList();
  }

  /** What was written from here just now, which a replica that took over may lack. */
  List<Fact> recent(long clockMillis, long nowNanos) {
    return all(clockMillis).stream()
        .filter(
            fact -> {
              Own written = own.get(fact.name());
              return written != null && nowNanos - written.atNanos <= RECENT_NANOS;
            })
        .toList();
  }

  private boolean isOlder(Turn other, String name) {
    Own written = own.get(name);
    return written != null
        && written.turn.era().equals(other.era())
        && written.turn.number() > other.number();
  }

  private void apply(Batch batch) {
    batch.facts().forEach(fact -> facts.put(fact.name(), fact));
    batch.gone().forEach(facts::remove);
  }
}
