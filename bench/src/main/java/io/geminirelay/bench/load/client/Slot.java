package io.geminirelay.bench.load.client;

/** Room for one request at a time on a connection; used by the event loop alone. */
interface Slot {
  /**
   * Sends the request; the slot is given back to the {@link Pace} once the answer is complete.
   *
   * @param dueNanos when it should have been sent
   */
  void ask(long dueNanos);
}
