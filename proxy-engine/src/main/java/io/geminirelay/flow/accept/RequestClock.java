package io.geminirelay.flow.accept;

import io.netty.util.concurrent.Ticker;

/** How far the client is with its request, and since when. Event loop only. */
final class RequestClock {
  private final Ticker ticker;
  private Phase phase = Phase.IDLE;
  private long sinceNanos;

  RequestClock(Ticker ticker) {
    this.ticker = ticker;
    this.sinceNanos = ticker.nanoTime();
  }

  /** Begins {@code next}, or begins it anew. */
  void enter(Phase next) {
    phase = next;
    sinceNanos = ticker.nanoTime();
  }

  Phase phase() {
    return phase;
  }

  /** Nanoseconds since the phase began. */
  long elapsedNanos() {
    return ticker.nanoTime() - sinceNanos;
  }

  /** What is awaited. */
  enum Phase {
    /** The first byte of a request. */
    IDLE,
    /** The rest of a head. */
    HEAD,
    /** The next piece of a body. */
    BODY,
    /** Nothing of the client: its answer is made, or its connection ends. */
    ANSWERING
  }
}
