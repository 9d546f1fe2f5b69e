package io.geminirelay.bench.quota;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The way to Google and back, with its delays; counts what goes over it. */
final class Uplink {
  private static final long MIN_WAY = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long MAX_WAY = TimeUnit.MILLISECONDS.toNanos(120);

  /** Part of the time to the end of an answer that passes before its first byte. */
  private static final int FIRST_BYTE_PART = 3;

  private final VirtualTime time;
  private final SimulatedGoogle google;
  private final Tally tally;
  private final RandomGenerator random;

  /** What comes back. */
  interface Answer {
    /** The first byte of an answer. */
    void begun();

    /** The end of it, with Google's count of the input. */
    void ended(long promptTokens);

    /** A 429 with this body. */
    void refused(String body);
  }

  Uplink(VirtualTime time, SimulatedGoogle google, Tally tally, RandomGenerator random) {
    this.time = time;
    this.google = google;
    this.tally = tally;
    this.random = random;
  }

  /** Sends {@code ask} with a key of {@code project}. */
  void send(int project, Ask ask, Answer answer) {
    GoogleBucket bucket = google.bucket(project, ask.model());
    bucket.underWay(1, ask.tokens());
    bucket.overguessed(Math.max(0, ask.guess() - ask.tokens()));
    time.after(way(), () -> arrive(project, ask, answer));
  }

  private void arrive(int project, Ask ask, Answer answer) {
    GoogleBucket bucket = google.bucket(project, ask.model());
    bucket.underWay(-1, -ask.tokens());
    long over = Math.max(0, ask.guess() - ask.tokens());
    String refusal = google.ask(project, ask);
    tally.sent(refusal != null);
    if (refusal != null) {
      time.after(
          way(),
          () -> {
            bucket.overguessed(-over);
            answer.refused(refusal);
          });
      return;
    }
    time.after(ask.serviceNanos() / FIRST_BYTE_PART, answer::begun);
    time.after(
        ask.serviceNanos(),
        () -> {
          bucket.overguessed(-over);
          answer.ended(ask.tokens());
        });
  }

  private long way() {
    return random.nextLong(MIN_WAY, MAX_WAY);
  }
}
