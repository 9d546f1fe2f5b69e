package io.geminirelay.base.fault;

/** Whether the same request may be sent again after a fault. */
public enum Retry {
  /** It would fail again, or must not happen twice. */
  NEVER,
  /** Only if the connection had served a request before: it may have been closed meanwhile. */
  IF_REUSED_CONNECTION,
  /** With another key or egress. */
  OTHER_KEY,
  /** With the same key after a pause. */
  SAME_KEY_LATER
}
