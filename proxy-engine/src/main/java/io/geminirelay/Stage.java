package io.geminirelay;

/** The stages of a request, in the order of its way; the names of the pipeline's handlers. */
public enum Stage {
  /** Opens and settles the exchange. */
  EXCHANGE,
  /** Lets pages of other origins in. */
  CORS,
  /** Bounds how much an address may ask. */
  ADDRESS,
  /** Says what the path means. */
  CLASSIFY,
  /** Says who calls. */
  AUTH,
  /** Answers what needs no upstream. */
  LOCAL,
  /** Refuses what the gateway cannot do beside all it has to. */
  LOAD,
  /** Bounds how much a client may ask. */
  LIMITS,
  /** Bounds the body. */
  BODY,
  /** Turns the gateway's own request forms into Google's, and answers back. */
  INTERPRET,
  /** Bounds the tokens of a request. */
  TOKENS,
  /** Carries the request upstream. */
  FORWARD
}
