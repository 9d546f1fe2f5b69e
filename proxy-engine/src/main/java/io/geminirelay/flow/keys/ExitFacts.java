package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Exits that Google refuses, as facts: {@code exit/TARGET/FINGERPRINT/KIND}. Whether an exit can be
 * reached is left out: that each instance finds out for the place where it runs. So are exits on
 * this machine: at that address another machine has another exit. Called on the state thread.
 */
final class ExitFacts implements FactSource {
  private static final String KIND = "exit";

  private final Exits exits;
  private final TimeSource time;

  /**
   * Rests that were learned, by the names of their facts: that Google answers here does not take
   * them away from those who found them out. They may go by another address.
   */
  private final Map<String, Cooldown> learned = new HashMap<>();

  /** What was told last. */
  private Map<String, Told> told = new HashMap<>();

  private record Told(Cooldown rest, Fact fact) {}

  ExitFacts(Exits exits, TimeSource time) {
    this.exits = exits;
    this.time = time;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public long version() {
    return exits.changes();
  }

  @Override
  public long extent() {
    return exits.extent();
  }

  @Override
  public void tell(Consumer<Fact> to) {
    Map<String, Cooldown> rests = new HashMap<>();
    exits.shared().forEach((id, states) -> states.forEach(state -> note(id, state, rests)));
    Map<String, Told> before = told;
    told = new HashMap<>();
    rests.forEach((name, rest) -> to.accept(fact(name, rest, before)));
  }

  private static void note(String id, ExitState state, Map<String, Cooldown> to) {
    ExitRest rest = state.rest();
    if (rest != null && rest.kind() != ExitRest.Kind.UNREACHABLE) {
      to.merge(KIND + "/" + id + "/" + rest.kind(), rest.cooldown(), Cooldown::longer);
    }
  }

  private Fact fact(String name, Cooldown rest, Map<String, Told> before) {
    if (learned.get(name) != rest) {
      learned.remove(name);
    }
    Fact fact = KeptRest.fact(name, rest, time);
    Told known = before.get(name);
    if (known != null && known.rest() == rest) {
      fact = KeptRest.earlier(known.fact(), fact);
    }
    told.put(name, new Told(rest, fact));
    return fact;
  }

  @Override
  public boolean learn(Fact fact) {
    List<ExitState> states = find(fact);
    ExitRest.Kind kind = kindOf(fact);
    Cooldown cooldown = KeptRest.of(fact, "", time);
    if (kind == null || cooldown == null) {
      return false;
    }
    boolean holds = false;
    for (ExitState state : states) {
      exits.learn(state, kind, cooldown);
      ExitRest rest = state.rest();
      // A longer one of another kind stays, as which it is told, or not at all.
      holds |= rest != null && rest.kind() == kind;
      if (rest != null && rest.cooldown() == cooldown) {
        learned.put(fact.name(), cooldown);
      }
    }
    return holds;
  }

  @Override
  public void forget(Fact fact) {
    ExitRest.Kind kind = kindOf(fact);
    for (ExitState state : find(fact)) {
      exits.forget(
          state, rest -> rest.kind() == kind && KeptRest.covers(fact, rest.cooldown(), time));
    }
  }

  @Override
  public boolean knows(Fact fact) {
    return !find(fact).isEmpty() && !learned.containsKey(fact.name());
  }

  /** The exits, to what has one address, that {@code fact} is about. */
  private List<ExitState> find(Fact fact) {
    String name = fact.name();
    int begin = KIND.length() + 1;
    int end = name.lastIndexOf('/');
    return end <= begin
        ? List.of()
        : exits.shared().getOrDefault(name.substring(begin, end), List.of());
  }

  private static ExitRest.@Nullable Kind kindOf(Fact fact) {
    String text = fact.name().substring(fact.name().lastIndexOf('/') + 1);
    return switch (text) {
      case "REFUSED" -> ExitRest.Kind.REFUSED;
      case "LOCATION" -> ExitRest.Kind.LOCATION;
      default -> null;
    };
  }
}
