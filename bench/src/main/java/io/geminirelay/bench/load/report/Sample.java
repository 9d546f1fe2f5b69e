package io.geminirelay.bench.load.report;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One measured window of one proxy.
 *
 * @param value microseconds of CPU for each unit, or KB of memory for each stream that is held; NaN
 *     where there is no proxy
 * @param perSecond units
 * @param busy share of its core that the proxy used
 * @param others share of the other core that clients and upstream used
 * @param residentKb of the proxy at the end
 * @param latencies microseconds since each unit was due; null where nothing is due
 */
public record Sample(
    double value,
    double perSecond,
    double busy,
    double others,
    long residentKb,
    @Nullable Histogram latencies) {
  /** What lies between this window and {@code other}, with the latencies of both. */
  Sample mean(Sample other) {
    Histogram both = null;
    if (latencies != null && other.latencies != null) {
      both = latencies.copy();
      both.add(other.latencies);
    }
    return new Sample(
        (value + other.value) / 2,
        (perSecond + other.perSecond) / 2,
        (busy + other.busy) / 2,
        (others + other.others) / 2,
        (residentKb + other.residentKb) / 2,
        both);
  }
}
