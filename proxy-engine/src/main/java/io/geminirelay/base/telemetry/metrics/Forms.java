package io.geminirelay.base.telemetry.metrics;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.Unit;

/** How the meters of this package are declared: what all counters and histograms have in common. */
final class Forms {
  /** Not the process's: nothing outside the configuration changes what is measured. */
  static final PrometheusProperties SETTINGS = PrometheusProperties.builder().build();

  /** From what a gateway adds to what a model takes for a long answer. */
  private static final double[] SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600
  };

  /** From what an idle gateway adds to what one adds that has too much to do. */
  private static final double[] SHORT_SECONDS = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5
  };

  /** 8 buckets for each doubling: errs by 4.5 %, and the numbers of most buckets need no box. */
  private static final int SCHEMA = 3;

  private static final int MAX_NATIVE_BUCKETS = 160;

  private Forms() {}

  static Counter.Builder counter(String name, String help) {
    return Counter.builder(SETTINGS).name(name).help(help).withoutExemplars();
  }

  /** Of what may take minutes. */
  static Histogram.Builder seconds(String name, String help) {
    return histogram(name, help).classicUpperBounds(SECONDS);
  }

  /** Of what takes milliseconds as a rule. */
  static Histogram.Builder shortSeconds(String name, String help) {
    return histogram(name, help).classicUpperBounds(SHORT_SECONDS);
  }

  private static Histogram.Builder histogram(String name, String help) {
    return Histogram.builder(SETTINGS)
        .name(name)
        .help(help)
        .unit(Unit.SECONDS)
        .nativeInitialSchema(SCHEMA)
        .nativeMaxNumberOfBuckets(MAX_NATIVE_BUCKETS)
        .withoutExemplars();
  }
}
