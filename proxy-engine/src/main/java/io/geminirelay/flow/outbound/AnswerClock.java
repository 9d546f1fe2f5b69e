package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.Alarm;

/**
 * The waits for an answer of one exchange: for its first byte, then between any two. Tells a silent
 * upstream from a client that does not read. Belongs to its exchange and event loop.
 */
final class AnswerClock {
  /** Idle times that a client may let pass without reading. */
  private static final int MAX_STALLED_PERIODS = 3;

  private final Alarm alarm;
  private final OutboundConfig config;
  private int stalledPeriods;
  private boolean cutShort;

  /** Waits as {@code config} says, ringing {@code alarm}. */
  AnswerClock(Alarm alarm, OutboundConfig config) {
    this.alarm = alarm;
    this.config = config;
  }

  /** Waits from {@code now} for the first byte of an answer, at most for {@code leftNanos}. */
  void awaitFirstByte(long now, long leftNanos) {
    cutShort = leftNanos < config.firstByte().toNanos();
    alarm.set(now, Math.min(config.firstByte().toNanos(), Math.max(0, leftNanos)));
  }

  /** Waits from {@code now} for the next piece of an answer, at most for {@code leftNanos}. */
  void awaitNextByte(long now, long leftNanos) {
    cutShort = leftNanos < config.idle().toNanos();
    alarm.set(now, Math.min(config.idle().toNanos(), Math.max(0, leftNanos)));
  }

  /** Whether the present wait ends with the exchange's time rather than with its own. */
  boolean isCutShort() {
    return cutShort;
  }

  /** The client has taken what it was sent. */
  void clientReads() {
    stalledPeriods = 0;
  }

  /** Counts an idle time in which the client did not read; whether it may have another. */
  boolean mayStall() {
    return ++stalledPeriods < MAX_STALLED_PERIODS;
  }

  /** Waits for nothing. */
  void cancel() {
    alarm.cancel();
  }
}
