package io.geminirelay.base.exchange;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies may wait at once for what decides about them, over all
 * connections: one body is bounded by its own limit, and this bounds all of them together. Thread
 * safe; one an engine.
 */
public final class HoldBudget {
  private static final int SHARE = 4;

  private final AtomicLong held = new AtomicLong();
  private volatile long limit;

  /** Room for {@code limit} bytes. */
  public HoldBudget(long limit) {
    this.limit = limit;
  }

  /**
   * A quarter of what Netty may allocate outside the heap, which is as much as the heap may grow to
   * unless set otherwise; but always room for one body of {@code maxBodyBytes}.
   */
  public static HoldBudget of(long maxBodyBytes) {
    return new HoldBudget(roomFor(maxBodyBytes));
  }

  private static long roomFor(long maxBodyBytes) {
    return Math.max(maxBodyBytes, Runtime.getRuntime().maxMemory() / SHARE);
  }

  /** Has from now on the room that {@link #of} gives; what is held stays so. */
  public void fit(long maxBodyBytes) {
    limit = roomFor(maxBodyBytes);
  }

  /** Whether there is room for {@code bytes} more; then they are held until given back. */
  public boolean hold(long bytes) {
    if (held.addAndGet(bytes) <= limit) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  /** Gives back {@code bytes} that were held. */
  public void free(long bytes) {
    held.addAndGet(-bytes);
  }

  /** Bytes held now. */
  public long heldBytes() {
    return held.get();
  }
}
