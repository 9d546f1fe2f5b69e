package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.load.DirectMemory;

/**
 * By how many bytes the windows of one event loop's answers may be wider than they began, all
 * together: what a wide window lets in is memory, once its client does not read any more. Event
 * loop only.
 */
final class SpareWindow {
  /** A loop's part of the memory outside the heap. */
  private static final int PART = 64;

  private long leftBytes;

  SpareWindow(long bytes) {
    this.leftBytes = bytes;
  }

  /** As much as is right for one of this process's event loops. */
  static SpareWindow ofLoop() {
    return new SpareWindow(DirectMemory.limitBytes() / PART);
  }

  /** Takes {@code bytes}; whether there were so many. */
  boolean take(int bytes) {
    if (bytes > leftBytes) {
      return false;
    }
    leftBytes -= bytes;
    return true;
  }

  /** Gives back what was taken. */
  void giveBack(int bytes) {
    leftBytes += bytes;
  }

  /** Bytes that can be taken. */
  long leftBytes() {
    return leftBytes;
  }
}
