package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.guard.ClientLimits;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.KeyState;
import io.geminirelay.flow.outbound.WaitingRoom;
import io.geminirelay.side.health.Crowd;
import io.geminirelay.side.health.HealthReport;
import io.geminirelay.side.health.Vitals;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Tells the health pages how keys and targets are; reads live state, keeps nothing.
 *
 * <p>A key is usable while it may come back without anybody's help: also one whose quota rests, and
 * a refused one as soon as it may be tried again. Were it not, a gateway behind a load balancer
 * that sends requests only to healthy ones would never learn that the key is accepted again.
 */
final class EngineVitals {
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EngineConfig config;
  private final KeyRing keys;
  private final Breakers breakers;
  private final Exits exits;
  private final Crowd crowd;
  private final TimeSource time;
  private volatile long noneUntilNanos;

  EngineVitals(
      EngineConfig config,
      KeyRing keys,
      Breakers breakers,
      Exits exits,
      Crowd crowd,
      TimeSource time) {
    this.config = config;
    this.keys = keys;
    this.breakers = breakers;
    this.exits = exits;
    this.crowd = crowd;
    this.time = time;
    this.noneUntilNanos = time.nanoTime();
  }

  /** Those who wait in {@code room}, and the clients that have {@code limits}. */
  static Crowd crowd(WaitingRoom room, ClientLimits limits) {
    return new Crowd(
        room::lanes,
        () ->
            limits.accounts().stream()
                .map(
                    client ->
                        new Crowd.Client(
                            client.name(),
                            client.inFlight(),
                            client.concurrencyLeft(),
                            client.requestsLeft(),
                            client.tokensLeft()))
                .toList());
  }

  Vitals vitals(EngineParts parts) {
    HealthReport report =
        new HealthReport(
            keys,
            breakers,
            exits,
            config.groups().stream().map(GroupConfig::target).distinct().toList(),
            crowd,
            time);
    return new Vitals(
        Version.text(),
        parts.startNanos(),
        parts.draining(),
        this::hasUsableKey,
        () -> usableKeys().count(),
        parts.settlement()::inFlight,
        parts.store(),
        parts.load(),
        report);
  }

  /** Where there is one it is found soon; that there is none takes all keys, and is kept. */
  private boolean hasUsableKey() {
    long now = time.nanoTime();
    if (noneUntilNanos - now > 0) {
      return false;
    }
    boolean found = usableKeys().findAny().isPresent();
    if (!found) {
      noneUntilNanos = now + KEPT_NANOS;
    }
    return found;
  }

  private Stream<ApiKey> usableKeys() {
    long now = time.nanoTime();
    return keys.groups().stream()
        .flatMap(group -> group.keys().stream())
        .filter(key -> usable(key.state(), now));
  }

  private static boolean usable(KeyState state, long now) {
    return switch (state.status()) {
      // Where all keys fail, those that fail are used nevertheless.
      case AVAILABLE, FAILING -> true;
      case INVALID -> state.mayBeTried(now);
      case DISABLED -> false;
    };
  }
}
