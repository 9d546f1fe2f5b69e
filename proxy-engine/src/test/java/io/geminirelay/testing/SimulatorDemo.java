package io.geminirelay.testing;

import io.geminirelay.DemoUpstream;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The demo's Google: three keys, one of them out of quota, and streams at a model's pace. */
public final class SimulatorDemo implements DemoUpstream {
  private static final List<String> KEYS =
      List.of(
          "AIzaDemoKeyWithoutQuota0000000000000001",
          "AIzaDemoKeyThatServes000000000000000002",
          "AIzaDemoKeyThatServesToo0000000000000003");
  private static final Duration PACE = Duration.ofMillis(40);

  private final GeminiSimulator simulator = GeminiSimulator.plain(Clock.systemUTC());

  @Override
  public String start() {
    KEYS.forEach(key -> simulator.key(key, "project-of-" + key.substring(36)));
    simulator.script().whenKey(KEYS.get(0), Errors.tooManyRequestsPerDay());
    simulator
        .script()
        .when(
            request -> request.path().contains("stream"),
            Reaction.usual(answer -> answer.paced(PACE)));
    return simulator.baseUrl();
  }

  @Override
  public List<String> keys() {
    return KEYS;
  }

  @Override
  public void close() {
    simulator.close();
  }
}
