package io.geminirelay.bench.load.plan;

/**
 * When requests are made.
 *
 * @param kind what happens between two requests
 * @param perSecond requests of an open loop, in all
 * @param pauseMillis about how long a closed loop waits after an answer
 */
public record Shape(Kind kind, int perSecond, int pauseMillis) {
  /** What happens between two requests. */
  public enum Kind {
    /** Each asks again once its answer is complete. */
    CLOSED,
    /** Requests are due at a steady rate, whatever becomes of those before. */
    OPEN,
    /** Streams without an end, whose events are due at a steady rate. */
    PACED,
    /** Streams without an end that are all but silent: what they hold is measured. */
    HELD
  }

  /** As fast as answers come. */
  public static Shape closed() {
    return new Shape(Kind.CLOSED, 0, 0);
  }

  /** The same with a pause after each answer. */
  public static Shape closed(int pauseMillis) {
    return new Shape(Kind.CLOSED, 0, pauseMillis);
  }

  /** At this rate. */
  public static Shape open(int perSecond) {
    return new Shape(Kind.OPEN, perSecond, 0);
  }

  /** Streams with a steady rate of events. */
  public static Shape paced() {
    return new Shape(Kind.PACED, 0, 0);
  }

  /** Streams that are kept open. */
  public static Shape held() {
    return new Shape(Kind.HELD, 0, 0);
  }

  /** Whether delays are measured from the time at which something was due. */
  public boolean hasLatency() {
    return kind == Kind.OPEN || kind == Kind.PACED;
  }
}
