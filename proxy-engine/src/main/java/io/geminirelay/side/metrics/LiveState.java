package io.geminirelay.side.metrics;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.side.health.Crowd;
import java.util.List;
import java.util.function.LongSupplier;

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
 */
public record LiveState(
    KeyRing keys,
    Breakers breakers,
    List<TargetConfig> targets,
    Crowd crowd,
    LongSupplier usableKeys,
    LongSupplier waiting,
    LongSupplier limitsAlone) {}
