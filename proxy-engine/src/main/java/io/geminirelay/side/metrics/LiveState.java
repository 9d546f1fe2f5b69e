package io.geminirelay.side.metrics;

import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.side.health.Crowd;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What one configuration has made and a page reads.
 *
 * @param keys all keys
 * @param breakers of their targets
 * @param targets each once
 * @param crowd who asks
 * @param usableKeys keys that could serve a request now or once their rest is over
 * @param waiting requests that wait for a key
 * @param limitsAlone limits of clients and quotas of keys that are to be shared and are not
 * @param shed what was refused under load
 */
public record LiveState(
    KeyRing keys,
    Breakers breakers,
    List<TargetConfig> targets,
    Crowd crowd,
    LongSupplier usableKeys,
    LongSupplier waiting,
    LongSupplier limitsAlone,
    Supplier<List<Shed>> shed) {

  /**
   * What was refused one client because of the gateway's load.
   *
   * @param client its name; empty for all who need none
   * @param priority when it is refused
   * @param count requests so far
   */
  public record Shed(String client, Priority priority, long count) {}
}
