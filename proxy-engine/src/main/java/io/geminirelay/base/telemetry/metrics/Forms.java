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
  static final double[] SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600
  };

  /** From what an idle gateway adds to what one adds that has too much to do. */
  static final double[] SHORT_SECONDS = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5
  };

  private Forms() {}

  static Counter.Builder counter(String name, String help) {
    return Counter.builder(SETTINGS).name(name).help(help).withoutExemplars();
  }

  /** Of what may take minutes. */
  static LengthFamily seconds(String name, String help, Family.Room room, String... labels) {
    return new LengthFamily(histogram(name, help, SECONDS), SECONDS, room, labels);
  }

  /** Of what takes milliseconds as a rule. */
  static LengthFamily shortSeconds(String name, String help, Family.Room room, String... labels) {
    return new LengthFamily(histogram(name, help, SHORT_SECONDS), SHORT_SECONDS, room, labels);
  }

  /** As the library has it. */
  static Histogram.Builder histogram(String name, String help, double[] seconds) {
    return Histogram.builder(SETTINGS)
        .name(name)
        .help(help)
        .unit(Unit.SECONDS)
        .classicUpperBounds(seconds)
        .nativeInitialSchema(LengthScale.SCHEMA)
        .nativeMaxNumberOfBuckets(LengthFamily.MAX_NATIVE_BUCKETS)
        .withoutExemplars();
  }
}
