package io.geminirelay.base.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** The memory outside the heap that buffers hold. Thread safe. */
public final class DirectMemory {
  private DirectMemory() {}

  /** Bytes there may be. */
  public static long limitBytes() {
    return PlatformDependent.maxDirectMemory();
  }

  /**
   * Bytes there are. What Netty takes past the JDK's own count has the same limit as what the JDK
   * counts, and each has it for itself.
   *
   * @param buffers where the buffers come from, which may know of more than either
   */
  public static long usedBytes(ByteBufAllocator buffers) {
    long used = Math.max(PlatformDependent.usedDirectMemory(), ofAllocator(buffers));
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        used = Math.max(used, pool.getMemoryUsed());
      }
    }
    return used;
  }

  private static long ofAllocator(ByteBufAllocator buffers) {
    return buffers instanceof ByteBufAllocatorMetricProvider allocator
        ? allocator.metric().usedDirectMemory()
        : 0;
  }
}
