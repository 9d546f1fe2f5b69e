package io.geminirelay.bench.jmh;

/** A client with one connection, which asks again when its answer has ended. */
interface Client extends FarEnd {
  /** Begins {@code series} on {@code socket}, after the last one has ended. */
  void begin(MemorySocket socket, Series series);
}
