package io.geminirelay.flow.accept;

import io.netty.util.concurrent.Ticker;

/** How far the client is with its request, and since when. Event loop only. */
final class RequestClock {
  private final Ticker ticker;
  private final Pace pace;
  private Phase phase = Phase.IDLE;
  private long sinceNanos;

  RequestClock(Ticker ticker, Pace pace) {
    this.ticker = ticker;
    this.pace = pace;
    this.sinceNanos = ticker.nanoTime();
  }

  /** Begins {@code next}, or begins it anew. */
  void enter(Phase next) {
    if (next != Phase.ANSWERING) {
      sinceNanos = ticker.nanoTime();
    }
    goOn(next);
  }

  /** Begins {@code next} with what the present phase began with: the same bytes. */
  void goOn(Phase next) {
    phase = next;
    if (next == Phase.BODY) {
      pace.begin(sinceNanos);
    }
  }

  /** So many bytes of the body have come. */
  void tookBody(int bytes) {
    pace.took(bytes, ticker.nanoTime());
  }

  /** Nanoseconds until the body may be too late; 0 or less when it is. */
  long bodyLeftNanos() {
    return pace.leftNanos(ticker.nanoTime());
  }

  Phase phase() {
    return phase;
  }

  /** Nanoseconds since the phase began, if it is one that has an end by time. */
  long elapsedNanos() {
    return ticker.nanoTime() - sinceNanos;
  }

  /** What is awaited. */
  enum Phase {
    /** The first byte of a request. */
    IDLE,
    /** The rest of a head. */
    HEAD,
    /** The rest of a body. */
    BODY,
    /** Nothing of the client: its answer is made, or its connection ends. */
    ANSWERING
  }
}
