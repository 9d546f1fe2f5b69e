package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import java.time.Duration;

/**
 * Whether a client does its part in time: sends the body of its request, or takes its answer. Some
 * of it within each span, and over each span as much as so many bytes a second make. A span that
 * was not full at the end is not judged. Not thread safe.
 */
final class Pace {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long spanNanos;
  private final long leastBytes;
  private long spanSinceNanos;
  private long pieceNanos;
  private long taken;

  private Pace(Duration span, int bytesPerSecond) {
    this.spanNanos = span.toNanos();
    this.leastBytes = (long) ((double) spanNanos / SECOND_NANOS * bytesPerSecond);
  }

  /** Of a body that comes: {@code body_timeout_secs} and {@code body_bytes_per_sec}. */
  static Pace ofBody(ClientLimits limits) {
    return new Pace(limits.body(), limits.minBodyBytesPerSecond());
  }

  /** Of an answer that is taken: {@code send_timeout_secs} and {@code send_bytes_per_sec}. */
  static Pace ofSending(ClientLimits limits) {
    return new Pace(limits.send(), limits.minSendBytesPerSecond());
  }

  /** Something begins to be awaited at {@code now}, or was kept waiting by us until then. */
  void begin(long now) {
    spanSinceNanos = now;
    pieceNanos = now;
    taken = 0;
  }

  /** So many bytes have come, without what frames them, or have been taken. */
  void took(long bytes, long now) {
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
