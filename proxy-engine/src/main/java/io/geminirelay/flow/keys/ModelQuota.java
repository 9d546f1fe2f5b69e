package io.geminirelay.flow.keys;

import java.util.List;

/**
 * What one (bucket, model) has used of what Google allows it. Thread safe, without lock.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/rate-limits">Rate limits</a>
 */
final class ModelQuota {
  /** All of the quota is left, or none is known. */
  static final int ALL_ROOM = 1000;

  /**
   * Thousandths of the quota that are left, by the limit that is nearest; 0 when one is used up.
   */
  int room(long now) {
    return ALL_ROOM;
  }

  /** Draws one request with {@code tokens}, unless that would exceed a limit. */
  boolean tryDraw(long tokens, long now) {
    return true;
  }

  /** Draws one request with {@code tokens} whatever the limits. */
  void draw(long tokens, long now) {}

  /** Takes a draw back: Google never saw the request. */
  void giveBack(long tokens, long drawnAtNanos, long now) {}

  /** Puts the tokens that Google counted in the place of those that were guessed. */
  void correct(long guessed, long counted, long drawnAtNanos, long now) {}

  /** Nanoseconds until {@link #tryDraw} can succeed, 0 when it could now. */
  long waitNanos(long tokens, long now) {
    return 0;
  }

  /**
   * Requests of {@code tokens} each that will have fitted by {@code atNanos}, if none goes before.
   */
  long roomBy(long tokens, long atNanos) {
    return Long.MAX_VALUE;
  }

  /** Learns from a refusal, which names the limits exceeded and perhaps what they allow. */
  void refused(List<QuotaViolation> violations, long now) {}
}
