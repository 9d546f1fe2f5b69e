package io.geminirelay.flow.keys;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import java.util.HashMap;
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
  public void tell(Consumer<Fact> to) {
    Map<String, Told> before = told;
    told = new HashMap<>();
    for (ExitState state : exits.states()) {
      ExitRest rest = state.rest();
      if (rest != null && rest.kind() != ExitRest.Kind.UNREACHABLE && !isLocal(state)) {
        to.accept(fact(name(state) + "/" + rest.kind(), rest.cooldown(), before));
      }
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

  private static boolean isLocal(ExitState state) {
    EgressConfig exit = state.way().egress();
    return exit == null || exit.isLocal();
  }

  private static String name(ExitState state) {
    return KIND + "/" + state.id();
  }

  @Override
  public boolean learn(Fact fact) {
    ExitState state = find(fact);
    ExitRest.Kind kind = kindOf(fact);
    Cooldown cooldown = KeptRest.of(fact, "", time);
    if (state == null || kind == null || cooldown == null) {
      return false;
    }
    exits.learn(state, kind, cooldown);
    ExitRest rest = state.rest();
    if (rest != null && rest.cooldown() == cooldown) {
      learned.put(fact.name(), cooldown);
    }
    return true;
  }

  @Override
  public void forget(Fact fact) {
    ExitState state = find(fact);
    ExitRest.Kind kind = kindOf(fact);
    if (state != null && kind != null) {
      exits.forget(
          state, rest -> rest.kind() == kind && KeptRest.covers(fact, rest.cooldown(), time));
    }
  }

  @Override
  public boolean knows(Fact fact) {
    return find(fact) != null && !learned.containsKey(fact.name());
  }

  private @Nullable ExitState find(Fact fact) {
    int end = fact.name().lastIndexOf('/');
    String wanted = end < 0 ? "" : fact.name().substring(0, end);
    return exits.states().stream()
        .filter(state -> name(state).equals(wanted) && !isLocal(state))
        .findFirst()
        .orElse(null);
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
