package io.geminirelay.flow.outbound;

/**
 * What follows an attempt that was not served.
 *
 * @param action what to do
 * @param delayNanos pause before it, mostly 0
 * @param reason stable machine-readable reason, for the trail
 */
public record RetryDecision(Action action, long delayNanos, String reason) {

  /** What to do. */
  public enum Action {
    /** The upstream's answer, or the fault, goes to the client. */
    GIVE_UP,
    /** Another key. */
    OTHER_KEY,
    /** The same key through its next exit; where it has none, another key. */
    OTHER_EXIT,
    /** The same key and exit. */
    SAME_KEY,
    /** The same key and exit at once, on a fresh connection. */
    RESEND
  }

  static RetryDecision giveUp(String reason) {
    return new RetryDecision(Action.GIVE_UP, 0, reason);
  }
}
