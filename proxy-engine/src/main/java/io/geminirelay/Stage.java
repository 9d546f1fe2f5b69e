package io.geminirelay;

/** The stages of a request, in the order of its way; the names of the pipeline's handlers. */
public enum Stage {
  /** Opens and settles the exchange. */
  EXCHANGE,
  /** Says what the path means. */
  CLASSIFY,
  /** Says who calls. */
  AUTH,
  /** Answers what needs no upstream. */
  LOCAL,
  /** Bounds the body. */
  BODY,
  /** Carries the request upstream. */
  FORWARD
}
