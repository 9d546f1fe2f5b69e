package io.geminirelay.bench.quota;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The clients. One that is refused comes back when it was told to, or after 2, 4 and 8 seconds when
 * it was told nothing, and gives up after three repeats or when it would have to wait too long.
 */
final class Agents {
  private static final int REPEATS = 3;
  private static final long PATIENCE_SECONDS = 90;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final VirtualTime time;
  private final SimulatedGoogle google;
  private final Tally tally;
  private final RandomGenerator random;

  Agents(VirtualTime time, SimulatedGoogle google, Tally tally, RandomGenerator random) {
    this.time = time;
    this.google = google;
    this.tally = tally;
    this.random = random;
  }

  /** Has all of {@code asks} asked at their times. */
  void start(List<Ask> asks, Policy policy) {
    begin(asks, 0, policy);
  }

  private void begin(List<Ask> asks, int number, Policy policy) {
    if (number < asks.size()) {
      Ask ask = asks.get(number);
      time.at(
          ask.atNanos(),
          () -> {
            tally.asked(ask);
            submit(ask, policy, 0);
            begin(asks, number + 1, policy);
          });
    }
  }

  private void submit(Ask ask, Policy policy, int repeat) {
    policy.submit(
        ask,
        new Policy.Reply() {
          @Override
          public void answered(long sentNanos) {
            tally.answered(ask, sentNanos);
          }

          @Override
          public void refused(long retryAfterSeconds) {
            tally.refusedClient(google.leftRoomFor(ask), google.knownToLeaveRoomFor(ask));
            again(ask, policy, repeat + 1, retryAfterSeconds);
          }
        });
  }

  private void again(Ask ask, Policy policy, int repeat, long retryAfterSeconds) {
    long pause = retryAfterSeconds > 0 ? retryAfterSeconds : 1L << repeat;
    if (repeat <= REPEATS && pause <= PATIENCE_SECONDS) {
      time.after(pause * SECOND + random.nextLong(SECOND), () -> submit(ask, policy, repeat));
    }
  }
}
