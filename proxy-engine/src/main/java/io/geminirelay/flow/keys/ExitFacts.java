package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Exits that Google refuses, as facts: {@code exit/TARGET/FINGERPRINT/KIND}. Whether an exit can be
 * reached is left out: that each instance finds out for the place where it runs. Thread safe.
 */
final class ExitFacts implements FactSource {
  private static final String KIND = "exit";

  private final Exits exits;
  private final TimeSource time;

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
    for (ExitState state : exits.states()) {
      ExitRest rest = state.rest();
      if (rest != null && rest.kind() != ExitRest.Kind.UNREACHABLE) {
        to.accept(KeptRest.fact(name(state) + "/" + rest.kind(), rest.cooldown(), time));
      }
    }
  }

  private static String name(ExitState state) {
    return KIND + "/" + state.id();
  }

  @Override
  public void learn(Fact fact) {
    ExitState state = find(fact);
    ExitRest.Kind kind = kindOf(fact);
    Cooldown cooldown = KeptRest.of(fact, "", time);
    if (state != null && kind != null && cooldown != null) {
      exits.learn(state, kind, cooldown);
    }
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
    return find(fact) != null;
  }

  private @Nullable ExitState find(Fact fact) {
    int end = fact.name().lastIndexOf('/');
    String wanted = end < 0 ? "" : fact.name().substring(0, end);
    return exits.states().stream()
        .filter(state -> name(state).equals(wanted))
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
