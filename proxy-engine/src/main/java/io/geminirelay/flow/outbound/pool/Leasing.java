package io.geminirelay.flow.outbound.pool;

/** A request for a lease that may still be waiting. */
@FunctionalInterface
public interface Leasing {
  /** Nothing waits: the listener has been called. */
  Leasing SETTLED = () -> {};

  /** Withdraws the request, so that the listener is not called; nothing happens once it was. */
  void cancel();
}
