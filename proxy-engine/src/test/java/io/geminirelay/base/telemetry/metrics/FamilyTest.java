package io.geminirelay.base.telemetry.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.telemetry.Cells;
import io.geminirelay.testing.FakeTime;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBucket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows made of cells show what the library's own meters would. */
class FamilyTest {
  private final Cells cells = new Cells();
  private final Family.Room room = new Family.Room(cells, new FakeTime());
  private final PrometheusRegistry ours = new PrometheusRegistry();
  private final PrometheusRegistry library = new PrometheusRegistry();
  private final LengthFamily lengths = Forms.seconds("some_seconds", "Help.", room, "a");
  private final Histogram histogram =
      Forms.histogram("some_seconds", "Help.", Forms.SECONDS).labelNames("a").build();

  private void observe(String label, long nanos) {
    lengths.observe(cells.mine(), lengths.cell(label), nanos);
    histogram.labelValues(label).observe(nanos / 1e9);
  }

  private static HistogramDataPointSnapshot point(
      io.prometheus.metrics.model.registry.Collector of) {
    return ((HistogramSnapshot) of.collect()).getDataPoints().get(0);
  }

  private void assertSameBuckets() {
    HistogramDataPointSnapshot is = point(lengths);
    HistogramDataPointSnapshot expected = point(histogram);
    assertEquals(expected.getCount(), is.getCount());
    assertEquals(expected.getSum(), is.getSum(), 1e-9 * expected.getSum());
    assertEquals(
        expected.getClassicBuckets().stream().map(each -> each.getCount()).toList(),
        is.getClassicBuckets().stream().map(each -> each.getCount()).toList());
    assertEquals(expected.getNativeSchema(), is.getNativeSchema());
    assertEquals(expected.getNativeZeroThreshold(), is.getNativeZeroThreshold(), 0);
    assertEquals(expected.getNativeZeroCount(), is.getNativeZeroCount());
    assertEquals(fine(expected), fine(is));
  }

  private static List<String> fine(HistogramDataPointSnapshot point) {
    return point.getNativeBucketsForPositiveValues().stream()
        .filter(each -> each.getCount() > 0)
        .map((NativeHistogramBucket each) -> each.getBucketIndex() + ": " + each.getCount())
        .toList();
  }

  @Test
  void everyLengthIsInTheSameBucketsAsTheLibraryPutsItInto() {
    Random random = new Random(7);
    for (double bound : Forms.SECONDS) {
      for (int off = -1; off <= 1; off++) {
        observe("x", Math.round(bound * 1e9) + off);
      }
    }
    for (int i = 0; i < 20_000; i++) {
      // Within 16 doublings, so that the library keeps its finest buckets.
      observe("x", (long) (1e6 * Math.pow(2, random.nextDouble() * 16)));
    }
    observe("x", 0);
    assertSameBuckets();
    for (int end = -9; end < 16; end++) {
      // Whole powers of two of a second end a bucket, and are the last that it holds.
      assertEquals(end * 8, placeOf(Math.round(Math.scalb(1e9, end))));
      assertEquals(end * 8 + 1, placeOf(Math.round(Math.scalb(1e9, end)) + 1));
    }
  }

  private static int placeOf(long nanos) {
    LengthScale scale = new LengthScale(Forms.SECONDS);
    return scale.nativeBucket(scale.place(nanos));
  }

  @Test
  void tooManyBucketsAreJoinedByTwoAndNoneIsLost() {
    for (long nanos = 1; nanos > 0 && nanos < 1L << 62; nanos += Math.max(1, nanos / 16)) {
      lengths.observe(cells.mine(), lengths.cell("x"), nanos);
    }
    HistogramDataPointSnapshot is = point(lengths);
    assertEquals(1, is.getNativeSchema());
    assertEquals(
        is.getClassicBuckets().stream().mapToLong(each -> each.getCount()).sum(), is.getCount());
  }

  @Test
  void countsOfSeveralThreadsAddUp() throws Exception {
    CounterFamily family = new CounterFamily(Forms.counter("some_total", "Help."), room, "a");
    ours.register(family);
    int cell = family.cell("x");
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                for (int n = 0; n < 10_000; n++) {
                  cells.mine().add(cell, 1);
                  lengths.observe(cells.mine(), lengths.cell("x"), 1_000_000L * n);
                }
              });
      threads[i].start();
    }
    while (point(lengths()).getCount() < 40_000) {
      // The library refuses a snapshot whose two kinds of buckets do not count the same.
      Thread.onSpinWait();
    }
    for (Thread each : threads) {
      each.join();
    }
    assertEquals(40_000, cells.sum(cell));
  }

  private LengthFamily lengths() {
    lengths.cell("x");
    return lengths;
  }

  @Test
  void pagesAreTheSameAsOfTheLibrarysMeters() throws Exception {
    CounterFamily family = new CounterFamily(Forms.counter("some_total", "Help."), room, "b", "a");
    Counter counter = Forms.counter("some_total", "Help.").labelNames("b", "a").register(library);
    LengthFamily waits = Forms.shortSeconds("waits_seconds", "Waits.", room);
    Forms.histogram("waits_seconds", "Waits.", Forms.SHORT_SECONDS).register(library);
    library.register(histogram);
    ours.register(family);
    ours.register(waits);
    ours.register(lengths);
    for (String value : List.of("z", "b", "a")) {
      cells.mine().add(family.cell(value, "1"), 3);
      counter.labelValues(value, "1").inc(3);
      observe(value, 3_000_000_000L);
    }
    for (String accept : List.of("text/plain", "application/openmetrics-text; version=1.0.0")) {
      assertEquals(page(accept, library.scrape()), page(accept, ours.scrape()));
    }
    family.removeIf(labels -> labels.get(0).equals("z"));
    counter.removeIf(labels -> labels.get(0).equals("z"));
    assertEquals(page("text/plain", library.scrape()), page("text/plain", ours.scrape()));
    assertEquals(1, ours.scrape("some"::equals).size());
  }

  private static String page(String accept, MetricSnapshots snapshots) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExpositionFormats.init(Forms.SETTINGS)
        .findWriter(accept)
        .write(out, snapshots, EscapingScheme.ALLOW_UTF8);
    return out.toString(StandardCharsets.UTF_8);
  }
}
