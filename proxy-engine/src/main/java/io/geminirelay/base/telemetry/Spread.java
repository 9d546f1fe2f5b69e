package io.geminirelay.base.telemetry;

/**
 * How long most took and how long the slowest, in milliseconds, within one part in a hundred.
 *
 * @param p50 half took no longer
 * @param p95 19 of 20 took no longer
 * @param p99 99 of 100 took no longer
 */
public record Spread(double p50, double p95, double p99) {}
