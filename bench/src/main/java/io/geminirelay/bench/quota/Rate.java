package io.geminirelay.bench.quota;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;

/** How one client's rate goes up and down around its mean of 1. */
interface Rate {
  /** The rate so many seconds after the start. */
  double at(double seconds);

  /** The highest rate. */
  double peak();

  /** The rate of one client of {@code scenario}. */
  static Rate of(Scenario scenario, RandomGenerator random) {
    return switch (scenario.shape()) {
      case STEADY, HOG -> new Steady();
      case BURSTS -> new Bursts(scenario.seconds(), random);
      case DAY_CURVE -> new DayCurve(scenario.seconds());
    };
  }

  /** Always the same. */
  record Steady() implements Rate {
    @Override
    public double at(double seconds) {
      return 1;
    }

    @Override
    public double peak() {
      return 1;
    }
  }

  /** Up once over the whole time, as over a day, and nearly down to nothing at both ends. */
  record DayCurve(double length) implements Rate {
    private static final double SWING = 0.9;

    @Override
    public double at(double seconds) {
      return 1 - SWING * Math.cos(2 * Math.PI * seconds / length);
    }

    @Override
    public double peak() {
      return 1 + SWING;
    }
  }

  /** On for half a minute and off for one and a half, on average. */
  final class Bursts implements Rate {
    private static final double ON_SECONDS = 30;
    private static final double OFF_SECONDS = 90;

    /** Where it changes, in seconds; it is on between an even place and the next. */
    private final double[] changes;

    Bursts(double length, RandomGenerator random) {
      boolean onFirst = random.nextDouble() < ON_SECONDS / (ON_SECONDS + OFF_SECONDS);
      DoubleStream.Builder all = DoubleStream.builder();
      double at = onFirst ? 0 : random.nextExponential() * OFF_SECONDS;
      for (boolean on = true; at < length; on = !on) {
        all.add(at);
        at += random.nextExponential() * (on ? ON_SECONDS : OFF_SECONDS);
      }
      changes = all.build().toArray();
    }

    @Override
    public double at(double seconds) {
      int place = Arrays.binarySearch(changes, seconds);
      int passed = place >= 0 ? place + 1 : -place - 1;
      return passed % 2 == 1 ? peak() : 0;
    }

    @Override
    public double peak() {
      return (ON_SECONDS + OFF_SECONDS) / ON_SECONDS;
    }
  }
}
