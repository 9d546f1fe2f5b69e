package io.geminirelay.command;

import java.util.List;

/**
 * How a gateway was at one moment, as its admin API tells it. Immutable.
 *
 * @param overview of everything
 * @param groups of keys
 * @param models by use
 * @param keys that are not available: refused, failing or resting
 * @param exits on the way
 * @param breakers of targets
 */
record Snapshot(
    Json overview,
    List<Json> groups,
    List<Json> models,
    List<Json> keys,
    List<Json> exits,
    List<Json> breakers) {}
