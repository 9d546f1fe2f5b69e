package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.KeyState;
import io.geminirelay.side.health.HealthReport;
import io.geminirelay.side.health.Vitals;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Tells the health pages how keys and targets are; reads live state, keeps nothing. */
final class EngineVitals {
  private final EngineConfig config;
  private final KeyRing keys;
  private final Breakers breakers;

  EngineVitals(EngineConfig config, KeyRing keys, Breakers breakers) {
    this.config = config;
    this.keys = keys;
    this.breakers = breakers;
  }

  Vitals vitals(BooleanSupplier draining, LongSupplier inFlight) {
    return new Vitals(Version.text(), draining, this::usableKeys, inFlight, this::report);
  }

  private long usableKeys() {
    return keys.groups().stream()
        .flatMap(group -> group.keys().stream())
        .filter(EngineVitals::usable)
        .count();
  }

  /** A key that fails counts: where all do, they are used nevertheless. */
  private static boolean usable(ApiKey key) {
    KeyState.Status status = key.state().status();
    return status == KeyState.Status.AVAILABLE || status == KeyState.Status.FAILING;
  }

  private HealthReport report() {
    List<HealthReport.Group> groups =
        keys.groups().stream()
            .map(group -> new HealthReport.Group(group.name(), target(group), states(group)))
            .toList();
    List<HealthReport.Breaker> states =
        config.groups().stream()
            .map(GroupConfig::target)
            .distinct()
            .map(
                target ->
                    new HealthReport.Breaker(
                        target.authority(), lower(breakers.of(target).state())))
            .toList();
    return new HealthReport(groups, states);
  }

  private static String target(KeyGroup group) {
    return group.keys().get(0).destination().target().authority();
  }

  private static Map<String, Long> states(KeyGroup group) {
    Map<String, Long> counts = new TreeMap<>();
    for (ApiKey key : group.keys()) {
      counts.merge(state(key), 1L, Long::sum);
    }
    return counts;
  }

  /** A key that is fine as such may still rest for some model, or for all. */
  private static String state(ApiKey key) {
    boolean resting =
        key.state().status() == KeyState.Status.AVAILABLE && !key.bucket().cooldowns().isEmpty();
    return resting ? "cooling" : lower(key.state().status());
  }

  private static String lower(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
