package io.geminirelay.base.exchange;

/** How an exchange ended for the client. */
public enum Outcome {
  /** An upstream answer reached the client whole, whatever its status. */
  SERVED,
  /** The gateway answered by itself, without a fault. */
  LOCAL,
  /** The gateway answered with a fault. */
  REFUSED,
  /** The answer began and broke off. */
  BROKEN,
  /** The client left first. */
  ABANDONED
}
