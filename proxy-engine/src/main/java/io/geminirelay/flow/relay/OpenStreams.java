package io.geminirelay.flow.relay;

/**
 * Counts the answers of one event loop that are streams, have begun and have not ended: what is
 * being read, as opposed to what waits for Google. Used on that loop only.
 */
public final class OpenStreams {
  private int open;

  /** None are open. */
  public OpenStreams() {}

  /** Streams that are open now. */
  public int count() {
    return open;
  }

  void began() {
    open++;
  }

  void ended() {
    open--;
  }
}
