package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;

/**
 * Whether the body of a request comes in time: some of it within each {@code body_timeout_secs},
 * and over each such span as much as {@code body_bytes_per_sec} wants. A span that was not full
 * when the body ended is not judged. Not thread safe.
 */
final class BodyPace {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long spanNanos;
  private final long leastBytes;
  private long spanSinceNanos;
  private long pieceNanos;
  private long taken;

  BodyPace(ClientLimits limits) {
    this.spanNanos = limits.body().toNanos();
    this.leastBytes = (long) ((double) spanNanos / SECOND_NANOS * limits.minBodyBytesPerSecond());
  }

  /** A body begins at {@code now}, or was kept waiting by us until then. */
  void begin(long now) {
    spanSinceNanos = now;
    pieceNanos = now;
    taken = 0;
  }

  /** So many bytes have come, without what frames them. */
  void took(int bytes, long now) {
    pieceNanos = now;
    taken += bytes;
  }

  /** Nanoseconds until it may be too late; 0 or less when it is. */
  long leftNanos(long now) {
    if (now - spanSinceNanos >= spanNanos && taken >= leastBytes) {
      spanSinceNanos = now;
      taken = 0;
    }
    return spanNanos - Math.max(now - pieceNanos, now - spanSinceNanos);
  }
}
