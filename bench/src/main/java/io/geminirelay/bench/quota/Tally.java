package io.geminirelay.bench.quota;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What happened in one run. */
final class Tally {
  private final long horizon;
  private final long[] asked;
  private final long[] answered;
  private final Histogram waits = new Histogram(TimeUnit.DAYS.toMillis(2), 3);
  private long tokens;
  private long sent;
  private long refused;
  private long clientRefusals;
  private long withRoom;
  private long withKnownRoom;

  /**
   * Nothing yet.
   *
   * @param horizonNanos when clients stop asking anew; what is sent for their repeats afterwards is
   *     carried by quotas of that time, so its answers do not count
   */
  Tally(int clients, long horizonNanos) {
    horizon = horizonNanos;
    asked = new long[clients];
    answered = new long[clients];
  }

  void asked(Ask ask) {
    asked[ask.client()]++;
  }

  void answered(Ask ask, long sentNanos) {
    if (sentNanos > horizon) {
      return;
    }
    answered[ask.client()]++;
    tokens += ask.tokens();
    waits.recordValue(TimeUnit.NANOSECONDS.toMillis(sentNanos - ask.atNanos()));
  }

  void sent(boolean refusedUpstream) {
    sent++;
    if (refusedUpstream) {
      refused++;
    }
  }

  /** A client was refused while Google had had room for a second, and whether one could know. */
  void refusedClient(boolean room, boolean known) {
    clientRefusals++;
    withRoom += room ? 1 : 0;
    withKnownRoom += known ? 1 : 0;
  }

  Outcome outcome(String policy, Knowledge knowledge, double seconds) {
    return new Outcome(
        policy,
        knowledge,
        sum(asked),
        sum(answered),
        tokens,
        sent,
        refused,
        clientRefusals,
        withRoom,
        withKnownRoom,
        FairShare.worst(asked, answered),
        waits.getMean() / 1000,
        waits.getValueAtPercentile(99) / 1000.0,
        seconds);
  }

  private static long sum(long[] all) {
    long sum = 0;
    for (long each : all) {
      sum += each;
    }
    return sum;
  }
}
