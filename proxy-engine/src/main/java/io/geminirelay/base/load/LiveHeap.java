package io.geminirelay.base.load;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;

/**
 * How much of the heap is really in use: what was left of each of its pools when it was last
 * collected. How much is taken between two collections tells nothing, since a heap is meant to fill
 * up.
 *
 * <p>Each collector has pools of its own, and all of them tell this: Serial, Parallel, G1, ZGC. An
 * old generation is collected seldom, though: one that was full once would be taken for full for as
 * long as nothing fills it again. So a collection is asked for where the last one is long ago and
 * requests are refused because of what it left. For one thread.
 */
public final class LiveHeap {
  private final List<MemoryPoolMXBean> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isValid())
          .toList();

  private final long maxBytes = Runtime.getRuntime().maxMemory();
  private final long staleNanos;
  private long usedBytes;
  private long learnedNanos;

  /** Asks for a collection where the last one is {@code staleNanos} ago. */
  public LiveHeap(long staleNanos) {
    this.staleNanos = staleNanos;
  }

  /**
   * The share of the heap in use, 0 to 1.
   *
   * @param now on the scale of {@link System#nanoTime()}
   */
  public double ratio(long now) {
    long used = 0;
    for (MemoryPoolMXBean pool : pools) {
      MemoryUsage left = pool.getCollectionUsage();
      MemoryUsage present = pool.getUsage();
      if (left != null && present != null) {
        used += Math.min(left.getUsed(), present.getUsed());
      }
    }
    if (used != usedBytes) {
      usedBytes = used;
      learnedNanos = now;
    }
    return (double) used / maxBytes;
  }

  /** Has the heap collected if nothing is known of it but what is long ago. */
  public void refresh(long now) {
    if (now - learnedNanos > staleNanos) {
      learnedNanos = now;
      System.gc();
    }
  }
}
