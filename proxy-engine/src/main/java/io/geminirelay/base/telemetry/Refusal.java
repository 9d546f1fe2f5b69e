package io.geminirelay.base.telemetry;

/**
 * Why the gateway did not take a client's connection, or ended it before the client did; its
 * lower-case name is the label of a metric.
 */
public enum Refusal {
  /** As many are open as may be. */
  TOO_MANY(false),
  /** As many of its address are open as may be. */
  ADDRESS_TOO_MANY(false),
  /** The gateway is near the end of what it runs on. */
  OVERLOADED(false),
  /** The client took nothing of its answer for too long. */
  SLOW_READER(true),
  /** The client reset HTTP/2 streams, or had them reset, too often. */
  RESETS(true),
  /** The client sent too many HTTP/2 frames that carry no request. */
  CONTROL_FRAMES(true),
  /** The client broke a rule of HTTP/2 that no single stream can be blamed for. */
  BROKEN_HTTP2(true);

  private final boolean open;

  Refusal(boolean open) {
    this.open = open;
  }

  /** Whether the connection had been taken, and was ended. */
  public boolean wasOpen() {
    return open;
  }
}
