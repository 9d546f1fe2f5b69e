package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.telemetry.Cells;
import io.geminirelay.base.telemetry.LoopCells;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Histograms of lengths of time; each is a cell for each place of a {@link LengthScale}, and one
 * for the sum in seconds.
 */
final class LengthFamily extends Family {
  /** More native buckets than this, and each two of them become one. */
  static final int MAX_NATIVE_BUCKETS = 160;

  private static final double SECOND_NANOS = 1e9;

  /** What the library takes for nothing, if not told otherwise. */
  private static final double ZERO_SECONDS = Math.scalb(1.0, -128);

  private final double[] classicSeconds;
  private final LengthScale scale;

  /** Histograms with these labels, and classic buckets up to {@code classicSeconds}. */
  LengthFamily(Histogram.Builder form, double[] classicSeconds, Room room, String... labelNames) {
    this(form, classicSeconds, new LengthScale(classicSeconds), room, labelNames);
  }

  private LengthFamily(
      Histogram.Builder form,
      double[] classicSeconds,
      LengthScale scale,
      Room room,
      String... labelNames) {
    super(form.labelNames(labelNames).build(), labelNames, room, scale.places() + 1);
    this.classicSeconds = Arrays.copyOf(classicSeconds, classicSeconds.length + 1);
    this.classicSeconds[classicSeconds.length] = Double.POSITIVE_INFINITY;
    this.scale = scale;
  }

  /** Counts a length in the row that begins at {@code cell}. */
  void observe(LoopCells mine, int cell, long nanos) {
    mine.add(cell + scale.place(nanos), 1);
    mine.addPart(cell + scale.places(), nanos / SECOND_NANOS);
  }

  @Override
  MetricSnapshot snapshot(MetricMetadata metadata, List<Row> rows, Cells cells) {
    return new HistogramSnapshot(metadata, rows.stream().map(row -> point(row, cells)).toList());
  }

  private HistogramDataPointSnapshot point(Row row, Cells cells) {
    long[] classic = new long[classicSeconds.length];
    SortedMap<Integer, Long> fine = new TreeMap<>();
    long zeros = cells.sum(row.cell());
    classic[0] = zeros;
    for (int place = 1; place < scale.places(); place++) {
      long count = cells.sum(row.cell() + place);
      if (count > 0) {
        classic[scale.classicBucket(place)] += count;
        fine.merge(scale.nativeBucket(place), count, Long::sum);
      }
    }
    int schema = LengthScale.SCHEMA;
    while (fine.size() > MAX_NATIVE_BUCKETS) {
      fine = halved(fine);
      schema--;
    }
    return HistogramDataPointSnapshot.builder()
        .labels(row.labels())
        .createdTimestampMillis(row.createdMillis())
        .sum(cells.sumOfParts(row.cell() + scale.places()))
        .classicHistogramBuckets(ClassicHistogramBuckets.of(classicSeconds, classic))
        .nativeSchema(schema)
        .nativeZeroCount(zeros)
        .nativeZeroThreshold(ZERO_SECONDS)
        .nativeBucketsForPositiveValues(
            NativeHistogramBuckets.of(List.copyOf(fine.keySet()), List.copyOf(fine.values())))
        .build();
  }

  private static SortedMap<Integer, Long> halved(SortedMap<Integer, Long> fine) {
    SortedMap<Integer, Long> halves = new TreeMap<>();
    fine.forEach((number, count) -> halves.merge(Math.floorDiv(number + 1, 2), count, Long::sum));
    return halves;
  }
}
