package io.geminirelay.base.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A book of facts and a source that knows some. */
abstract class FactBookCase {
  static final long NOW = 1_000_000_000;
  static final long MINUTE = 60_000;

  final FactBook book = new FactBook();
  final Known known = new Known();

  /** A source in which the longer end wins, as that of a rest does. */
  static final class Known implements FactSource {
    final Map<String, Fact> facts = new TreeMap<>();
    final List<String> forgotten = new ArrayList<>();
    final List<String> learned = new ArrayList<>();
    String foreign = "none";

    /** Whether it stays with what it knows, as who has the like already. */
    boolean stays;

    @Override
    public String kind() {
      return "key";
    }

    @Override
    public long version() {
      return 0;
    }

    @Override
    public void tell(Consumer<Fact> to) {
      facts.values().forEach(to);
    }

    @Override
    public boolean learn(Fact fact) {
      learned.add(fact.name());
      Fact own = facts.get(fact.name());
      if (knows(fact) && (own == null || (!stays && Fact.outweighs(fact, own)))) {
        Map<String, String> understood = new TreeMap<>(fact.fields());
        understood.keySet().retainAll(List.of("reason", Fact.DECIDED));
        facts.put(fact.name(), new Fact(fact.name(), understood, fact.untilMillis()));
      }
      return knows(fact);
    }

    @Override
    public boolean knows(Fact fact) {
      return !fact.name().equals(foreign);
    }

    @Override
    public void forget(Fact fact) {
      forgotten.add(fact.name());
      facts.remove(fact.name());
    }
  }

  static Fact fact(String name, long lasts) {
    return new Fact(name, Map.of("reason", "r"), NOW + lasts);
  }

  void knows(Fact... facts) {
    for (Fact fact : facts) {
      known.facts.put(fact.name(), fact);
    }
  }

  StateStore.Batch noticed() {
    return noticed(NOW);
  }

  StateStore.Batch noticed(long now) {
    book.notice(known, now);
    StateStore.Batch batch = book.give();
    book.written(true);
    return batch;
  }

  void told(Fact... facts) {
    book.take(new StateStore.Batch(List.of(facts), List.of()), List.of(known), NOW);
  }
}
