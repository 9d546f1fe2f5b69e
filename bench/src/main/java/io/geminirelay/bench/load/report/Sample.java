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
    @Nullable Histogram latencies) {}
