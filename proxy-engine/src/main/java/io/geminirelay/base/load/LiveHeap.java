package io.geminirelay.base.load;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private static final String G1_OLD = "G1 Old Gen";
  private static final String G1_YOUNG_COLLECTOR = "G1 Young Generation";

  /**
   * Null with other collectors. G1 tells of its old generation when it has collected that itself,
   * which may be never before the heap is full; but each of its collections of the young one counts
   * the old one as well. Since it clears the old one in the background, and begins when that is
   * half full, what is there beyond that is in use.
   */
  private final @Nullable GarbageCollectorMXBean g1 =
      ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
          .filter(each -> each.getName().equals(G1_YOUNG_COLLECTOR))
          .findFirst()
          .orElse(null);

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
      MemoryUsage present = pool.getUsage();
      if (present != null) {
        used += Math.min(leftBytes(pool), present.getUsed());
      }
    }
    if (used != usedBytes) {
      usedBytes = used;
      learnedNanos = now;
    }
    return (double) used / maxBytes;
  }

  private long leftBytes(MemoryPoolMXBean pool) {
    MemoryUsage left = pool.getCollectionUsage();
    long bytes = left == null ? 0 : left.getUsed();
    GcInfo last = g1 != null && pool.getName().equals(G1_OLD) ? g1.getLastGcInfo() : null;
    MemoryUsage after = last == null ? null : last.getMemoryUsageAfterGc().get(G1_OLD);
    return after == null ? bytes : Math.max(bytes, after.getUsed());
  }

  /** Has the heap collected if nothing is known of it but what is long ago. */
  public void refresh(long now) {
    if (now - learnedNanos > staleNanos) {
      learnedNanos = now;
      System.gc();
    }
  }
}
