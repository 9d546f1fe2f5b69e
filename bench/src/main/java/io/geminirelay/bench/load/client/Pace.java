package io.geminirelay.bench.load.client;

/** Decides when requests are made; used by the event loop alone. */
interface Pace {
  /** {@code slot} is ready: it has just been opened, or its answer is complete. */
  void free(Slot slot);
}
