package io.geminirelay.base.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One row of the {@link UsageTable}. Thread safe; adding waits for nobody. */
final class UsageRow {
  private final String name;
  private final Tally tally;
  private final @Nullable LastTimes latency;
  private final @Nullable LastTimes firstByte;
  private volatile long lastMillis;

  /** An empty row in {@code cells}; {@code timed} is one that keeps how long the last ones took. */
  UsageRow(String name, boolean timed, Cells cells) {
    this.name = name;
    this.tally = new Tally(cells);
    this.latency = timed ? new LastTimes() : null;
    this.firstByte = timed ? new LastTimes() : null;
  }

  /** Adds an exchange of which {@code refusals} attempts met a quota. */
  void add(Settled settled, int refusals) {
    tally.add(settled, refusals);
    used(settled);
    if (latency != null && settled.servedWell()) {
      latency.add(settled.times().nanos());
    }
    if (firstByte != null && settled.answeredFromUpstream()) {
      firstByte.add(settled.times().answerNanos());
    }
  }

  /** Adds an attempt of {@code settled}. */
  void addAttempt(Settled settled, String outcome, int status) {
    tally.addAttempt(outcome, status);
    used(settled);
  }

  /** Adds what the answer of {@code settled} cost. */
  void addTokens(Settled settled) {
    tally.add(settled.tokens());
  }

  private void used(Settled settled) {
    long at = settled.times().epochMillis();
    // Most writes would change nothing that anybody sees, and cost every other loop a cache miss.
    if (at - lastMillis >= 100 || at < lastMillis) {
      lastMillis = at;
    }
  }

  Usage usage() {
    return new Usage(
        name,
        tally.sum(),
        Instant.ofEpochMilli(lastMillis),
        latency == null ? null : latency.medianMillis(),
        firstByte == null ? null : firstByte.medianMillis());
  }
}
