package io.geminirelay.bench.load.upstream;

/** Where the events of a stream go; used by the event loop alone. */
interface Outlet {
  /** Whether anybody wants more, now or later. */
  boolean isOpen();

  /** Whether more can be taken now; if not, {@link EventStream#resume} is called once it can. */
  boolean isWritable();

  /**
   * Writes and flushes events; the first was due then, or at no time in particular if that is 0.
   */
  void events(int count, long dueNanos);

  /** Ends the answer. */
  void end();
}
