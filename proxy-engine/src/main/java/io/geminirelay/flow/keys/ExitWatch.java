package io.geminirelay.flow.keys;

import io.geminirelay.base.config.EgressConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Notices when several unrelated buckets are refused through one exit within seconds: then Google
 * refuses the address, not the keys. Thread safe.
 */
public final class ExitWatch {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int UNRELATED = 3;

  private final Map<EgressConfig, AtomicReference<Window>> exits = new ConcurrentHashMap<>();

  /** Buckets refused since a moment, one bit each; two that share a bit count once. */
  private record Window(long sinceNanos, long buckets) {}

  /**
   * Records that {@code bucket} was refused with 429 through {@code exit}; whether the exit is to
   * be suspected. A direct connection has no exit to change and is never suspected.
   */
  public boolean refused(@Nullable EgressConfig exit, QuotaBucket bucket, long now) {
    if (exit == null) {
      return false;
    }
    AtomicReference<Window> slot =
        exits.computeIfAbsent(exit, x -> new AtomicReference<>(new Window(now, 0)));
    long bit = 1L << (bucket.id() & 63);
    Window next =
        slot.updateAndGet(
            old ->
                now - old.sinceNanos() > WINDOW_NANOS
                    ? new Window(now, bit)
                    : new Window(old.sinceNanos(), old.buckets() | bit));
    return Long.bitCount(next.buckets()) >= UNRELATED;
  }
}
