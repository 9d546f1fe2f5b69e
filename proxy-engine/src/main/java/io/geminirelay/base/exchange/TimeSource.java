package io.geminirelay.base.exchange;

import java.time.Instant;

/** The clock and the ticker that everything asks, so that tests can set them. Thread safe. */
public interface TimeSource {

  /** Nanoseconds since an arbitrary origin; for differences only, may be negative. */
  long nanoTime();

  /** The time of day. */
  Instant instant();

  /** The machine's own clock and ticker. */
  TimeSource SYSTEM =
      new TimeSource() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public Instant instant() {
          return Instant.now();
        }
      };
}
