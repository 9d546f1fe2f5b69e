package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Which targets, and models of them, are left alone, as facts: {@code breaker/TARGET} and {@code
 * breaker/TARGET/MODEL}. Whoever probes first tells the others nothing: each instance finds out by
 * itself, and a breaker that opens again is told again. So does each whether it can reach the
 * target: told is only what the target's own answers led to. Called on the state thread.
 */
final class BreakerFacts implements FactSource {
  private static final String KIND = "breaker";

  private final Breakers breakers;
  private final TimeSource time;

  /** What was told last, by name: a step of the clock forward does not lengthen it. */
  private Map<String, Told> told = new HashMap<>();

  private record Told(long untilNanos, Fact fact) {}

  BreakerFacts(Breakers breakers, TimeSource time) {
    this.breakers = breakers;
    this.time = time;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public long version() {
    return breakers.openings();
  }

  @Override
  public long extent() {
    return breakers.extent();
  }

  @Override
  public void tell(Consumer<Fact> to) {
    long now = time.nanoTime();
    long clock = time.instant().toEpochMilli();
    Map<String, Told> before = told;
    told = new HashMap<>();
    breakers.forEach(
        (target, model, breaker) -> {
          long left = breaker.answeredNanos(now);
          if (left > 0) {
            String name = KIND + "/" + target + (model.isEmpty() ? "" : "/" + model);
            long until = now + left;
            Fact fact = new Fact(name, Map.of(), clock + TimeUnit.NANOSECONDS.toMillis(left));
            Told known = before.get(name);
            if (known != null && known.untilNanos() == until) {
              fact = KeptRest.earlier(known.fact(), fact);
            }
            told.put(name, new Told(until, fact));
            to.accept(fact);
          }
        });
  }

  @Override
  public boolean learn(Fact fact) {
    long left = fact.untilMillis() - time.instant().toEpochMilli();
    String rest = fact.name().substring(Math.min(fact.name().length(), KIND.length() + 1));
    int slash = rest.indexOf('/');
    String target = slash < 0 ? rest : rest.substring(0, slash);
    String model = slash < 0 ? "" : rest.substring(slash + 1);
    if (left > 0) {
      breakers.leaveAlone(target, model, TimeUnit.MILLISECONDS.toNanos(left));
    }
    return false; // nothing of it ends before its time
  }

  @Override
  public boolean knows(Fact fact) {
    return false;
  }

  @Override
  public void forget(Fact fact) {
    // The end of refusing is known beforehand, and nothing ends it earlier.
  }
}
