package io.geminirelay.base.load;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How loaded the gateway is, as it was last seen.
 *
 * <p>A step up is taken at once. Down it goes by the highest pressure of the last {@value #MEMORY}
 * samples and a margin on top, so that what a step has made better does not end it at once. Told by
 * one thread; read by any, at the cost of one volatile read.
 *
 * <p>What is refused here and whether others had better be asked are two things: quota that is
 * spent is spent elsewhere, too.
 */
public final class Load {
  /** Samples that a step outlasts; three seconds' worth. */
  private static final int MEMORY = 12;

  private static final double MARGIN = 0.02;

  private final Course all = new Course();
  private final Course own = new Course();
  private volatile Map<Signal, Double> ratios = Map.of();

  /**
   * Takes in how things are.
   *
   * @param sample ratios; what is not known is left out
   * @return whether the step is another one now
   */
  public boolean take(Map<Signal, Double> sample) {
    double pressure = 0;
    double ownPressure = 0;
    for (Map.Entry<Signal, Double> each : sample.entrySet()) {
      double its = each.getKey().pressure(each.getValue());
      pressure = Math.max(pressure, its);
      ownPressure = each.getKey().isOwn() ? Math.max(ownPressure, its) : ownPressure;
    }
    ratios = sample.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(sample));
    own.take(ownPressure);
    return all.take(pressure);
  }

  /** What is refused because of it. */
  public LoadStep step() {
    return all.step;
  }

  /** Whether clients had better go elsewhere. */
  public boolean isNear() {
    return own.step != LoadStep.CALM;
  }

  /** Whether no more connections are to be taken. */
  public boolean isRefusing() {
    return all.step == LoadStep.REFUSING;
  }

  /** The last sample: of each signal, the share of its bound that is in use. */
  public Map<Signal, Double> ratios() {
    return ratios;
  }

  /** The way of one pressure up and down the steps. */
  private static final class Course {
    private final double[] pressures = new double[MEMORY];
    private int next;
    private volatile LoadStep step = LoadStep.CALM;

    /** Takes the next sample; returns whether it led to another step. */
    boolean take(double pressure) {
      pressures[next] = pressure;
      next = (next + 1) % MEMORY;
      LoadStep before = step;
      LoadStep now = LoadStep.at(pressure);
      if (now.compareTo(before) < 0) {
        LoadStep lasting = LoadStep.at(highest() + MARGIN);
        now = lasting.compareTo(before) < 0 ? lasting : before;
      }
      step = now;
      return now != before;
    }

    private double highest() {
      double highest = 0;
      for (double each : pressures) {
        highest = Math.max(highest, each);
      }
      return highest;
    }
  }
}
