package io.geminirelay.base.load;

/** What is watched; each is told as a ratio, 1 where its bound is reached. */
public enum Signal {
  /** Memory outside the heap that buffers hold. */
  DIRECT_MEMORY(LoadStep.REFUSING),
  /** Heap that the last collections left in use. */
  HEAP(LoadStep.REFUSING),
  /** File descriptors. */
  DESCRIPTORS(LoadStep.REFUSING),
  /** Requests under way. */
  REQUESTS(LoadStep.REFUSING),
  /**
   * Requests that wait for a key. They tell of quotas rather than of this machine: others may well
   * be served, so that room is made by those of low priority alone, and nobody is led elsewhere.
   */
  WAITING(LoadStep.LOW),
  /** How late event loops are, for a second on end. */
  EVENT_LOOPS(LoadStep.REFUSING);

  private final LoadStep most;

  Signal(LoadStep most) {
    this.most = most;
  }

  /** Whether it tells of this machine, so that another instance may have less of it. */
  boolean isOwn() {
    return most == LoadStep.REFUSING;
  }

  /** What a ratio of this signal comes to: it leads to its last step at most. */
  double pressure(double ratio) {
    return isOwn() ? ratio : Math.min(ratio, most.from());
  }
}
