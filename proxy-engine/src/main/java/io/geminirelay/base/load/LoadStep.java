package io.geminirelay.base.load;

import io.geminirelay.base.config.Priority;

/**
 * What the gateway does about its load, from nothing to the last resort; each step does what those
 * before it do.
 */
public enum LoadStep {
  /** Nothing. */
  CALM(Level.CALM, 0),
  /**
   * Connections end after an answer, and idle ones soon, so that clients may go elsewhere; but not
   * because of requests that wait for a key.
   */
  NEAR(Level.NEAR, 0.85),
  /** Of low priority, those who have more than their share open are refused more. */
  LOW_GREEDY(Level.SHEDDING, 0.9),
  /** Nobody of low priority is served. */
  LOW(Level.SHEDDING, 0.925),
  /** Of normal priority, those who have more than their share open are refused more. */
  NORMAL_GREEDY(Level.SHEDDING, 0.95),
  /** Nobody of normal priority is served. */
  NORMAL(Level.SHEDDING, 0.975),
  /** Nothing new goes upstream, and no connection is taken. */
  REFUSING(Level.REFUSING, 1);

  /** Steps as operators see them. */
  public enum Level {
    /** All is served. */
    CALM,
    /** Load is led elsewhere. */
    NEAR,
    /** The less important requests are refused. */
    SHEDDING,
    /** All new requests and connections are refused. */
    REFUSING
  }

  private static final LoadStep[] ALL = values();

  private final Level level;
  private final double from;

  LoadStep(Level level, double from) {
    this.level = level;
    this.from = from;
  }

  /** The step that {@code pressure} asks for. */
  static LoadStep at(double pressure) {
    LoadStep found = CALM;
    for (LoadStep each : ALL) {
      if (pressure >= each.from) {
        found = each;
      }
    }
    return found;
  }

  /** The pressure at which it begins; 1 where a bound is reached. */
  public double from() {
    return from;
  }

  /** What operators see of it. */
  public Level level() {
    return level;
  }

  /**
   * Whether a new request is refused.
   *
   * @param priority of who asks
   * @param greedy whether it has more than its share open
   */
  public boolean sheds(Priority priority, boolean greedy) {
    LoadStep all =
        switch (priority) {
          case LOW -> LOW;
          case NORMAL -> NORMAL;
          case HIGH -> REFUSING;
        };
    LoadStep few =
        switch (priority) {
          case LOW -> LOW_GREEDY;
          case NORMAL -> NORMAL_GREEDY;
          case HIGH -> REFUSING;
        };
    return compareTo(greedy ? few : all) >= 0;
  }
}
