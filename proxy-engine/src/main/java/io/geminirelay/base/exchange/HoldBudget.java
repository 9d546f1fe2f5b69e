package io.geminirelay.base.exchange;

import io.geminirelay.base.load.DirectMemory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of request bodies may wait at once for what decides about them, over all
 * connections: one body is bounded by its own limit, and this bounds all of them together. Thread
 * safe; one an engine.
 */
public final class HoldBudget {
  private static final int SHARE = 4;

  private final AtomicLong held = new AtomicLong();
  private final @Nullable HoldBudget replay;
  private volatile long limit;

  /** Room for {@code limit} bytes, and for as many that are kept for another attempt. */
  public HoldBudget(long limit) {
    this(limit, new HoldBudget(limit, null));
  }

  private HoldBudget(long limit, @Nullable HoldBudget replay) {
    this.limit = limit;
    this.replay = replay;
  }

  /**
   * A quarter of what Netty may allocate outside the heap, which is as much as the heap may grow to
   * unless set otherwise; but always room for one body of {@code maxBodyBytes}, if half of that
   * memory has it. For what is kept for another attempt there is a quarter beside.
   */
  public static HoldBudget of(long maxBodyBytes) {
    HoldBudget made = new HoldBudget(0);
    made.fit(maxBodyBytes);
    return made;
  }

  /** Has from now on the room that {@link #of} gives; what is held stays so. */
  public void fit(long maxBodyBytes) {
    long most = DirectMemory.limitBytes();
    limit = Math.max(most / SHARE, Math.min(maxBodyBytes, most / 2));
    replay().limit = most / SHARE;
  }

  /**
   * The budget of what is kept in case that another attempt follows: who finds no room in it does
   * without, and is not refused.
   */
  public HoldBudget replay() {
    return replay == null ? this : replay;
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
