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
   * be served, so that room is made by those of low priority alone.
   */
  WAITING(LoadStep.LOW),
  /** How late event loops are, for a second on end. */
  EVENT_LOOPS(LoadStep.REFUSING);

  private final LoadStep most;

  Signal(LoadStep most) {
    this.most = most;
  }

  /** What a ratio of this signal comes to: it leads to its last step at most. */
  double pressure(double ratio) {
    return most == LoadStep.REFUSING ? ratio : Math.min(ratio, most.from());
  }
}
