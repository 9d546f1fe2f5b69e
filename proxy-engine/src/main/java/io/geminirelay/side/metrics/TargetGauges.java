package io.geminirelay.side.metrics;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.telemetry.metrics.ModelNames;
import io.geminirelay.base.telemetry.metrics.Words;
import io.geminirelay.flow.keys.CircuitBreaker;
import io.geminirelay.flow.keys.ExitFigure;
import io.geminirelay.flow.keys.Exits;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the breakers of targets and the exits on the way to them are. */
final class TargetGauges {
  private static final List<String> BREAKER_STATES =
      Arrays.stream(CircuitBreaker.State.values()).map(Words::of).toList();
  private static final List<String> EXIT_STATES =
      Arrays.stream(ExitFigure.State.values()).map(Words::of).toList();

  private TargetGauges() {}

  static List<MetricSnapshot> of(LiveState live, Exits exits, ModelNames models) {
    return List.of(breakers(live, models).done(), exits(exits).done());
  }

  private static Gauge breakers(LiveState live, ModelNames models) {
    Gauge breakers =
        new Gauge(
            "gemini_relay_breaker_state",
            "1 for the state of a target's breaker: admitting, refusing or probing; with a model"
                + " for the breaker of one that was overloaded.",
            "target",
            "model",
            "state");
    // By what they are shown as: one host may be two targets, and many models are "other".
    Map<String, Map<String, CircuitBreaker.State>> worst = new TreeMap<>();
    for (TargetConfig target : live.targets()) {
      Map<String, CircuitBreaker.State> states =
          worst.computeIfAbsent(target.authority(), x -> new TreeMap<>());
      states.merge("", live.breakers().of(target).state(), TargetGauges::worse);
      live.breakers()
          .models(target)
          .forEach(
              (model, breaker) ->
                  states.merge(models.label(model), breaker.state(), TargetGauges::worse));
    }
    worst.forEach(
        (target, states) ->
            states.forEach(
                (model, state) -> breakers.states(BREAKER_STATES, Words.of(state), target, model)));
    return breakers;
  }

  private static CircuitBreaker.State worse(CircuitBreaker.State a, CircuitBreaker.State b) {
    return badness(a) >= badness(b) ? a : b;
  }

  private static int badness(CircuitBreaker.State state) {
    return switch (state) {
      case ADMITTING -> 0;
      case PROBING -> 1;
      case REFUSING -> 2;
    };
  }

  private static Gauge exits(Exits exits) {
    Gauge gauge =
        new Gauge(
            "gemini_relay_exit_state",
            "1 for the state of an exit to a target: open, cooling or trial.",
            "exit",
            "target",
            "state");
    Map<List<String>, ExitFigure.State> worst = new LinkedHashMap<>();
    for (ExitFigure exit : exits.figures()) {
      worst.merge(
          List.of(exit.exit(), exit.target()),
          exit.state(),
          (a, b) -> a == ExitFigure.State.COOLING ? a : b);
    }
    worst.forEach(
        (way, state) -> gauge.states(EXIT_STATES, Words.of(state), way.get(0), way.get(1)));
    return gauge;
  }
}
