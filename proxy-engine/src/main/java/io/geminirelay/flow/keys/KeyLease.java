package io.geminirelay.flow.keys;

import org.jspecify.annotations.Nullable;

/**
 * The right of one exchange to use a key for one attempt, with what it has drawn on the quota.
 *
 * <p>Made once an exchange and filled anew by every selection; each filling ends in one {@link
 * KeyRing#settle}. After a success the lease still knows what was drawn, so that the tokens that
 * Google counted can take the place of those that were guessed. Belongs to one exchange and its
 * event loop.
 */
public final class KeyLease {
  private @Nullable ApiKey key;
  private @Nullable ModelQuota quota;
  private String model = "";
  private long tokens;
  private long drawnAtNanos;
  private boolean trial;
  private long trialAtNanos;
  private boolean sent;
  private boolean failed;

  /** The key, or null before the first selection. */
  public @Nullable ApiKey key() {
    return key;
  }

  /** The model as it is sent with the key; empty when none is named. */
  public String model() {
    return model;
  }

  /** What was drawn on, or null when the key draws on no shared quota. */
  @Nullable ModelQuota quota() {
    return quota;
  }

  /** Tokens drawn. */
  long tokens() {
    return tokens;
  }

  /** When it was drawn, on the scale of the time source's ticker. */
  long drawnAtNanos() {
    return drawnAtNanos;
  }

  /** Notes a selection down. */
  void fill(Candidate chosen, boolean trial, long tokens, long now) {
    this.key = chosen.key();
    this.model = chosen.sent();
    this.quota = chosen.quota();
    this.trial = trial;
    this.trialAtNanos = now;
    this.tokens = tokens;
    this.drawnAtNanos = now;
    this.sent = false;
    this.failed = false;
  }

  /** Notes down that the same was drawn once more. */
  void drawnAgain(long now) {
    this.drawnAtNanos = now;
    this.sent = false;
  }

  /** Notes down that the request is on its way to Google, who may have counted it. */
  public void sent() {
    sent = true;
  }

  /** Whether Google may have seen the request. */
  boolean wasSent() {
    return sent;
  }

  /**
   * Notes down that an attempt failed; whether it is the first one since the selection. What is
   * repeated with the same key may fail again, and is no new failure of the key.
   */
  boolean failsFirst() {
    boolean first = !failed;
    failed = true;
    return first;
  }

  /** Whether the key rests, and this is the one request that tries it. */
  boolean isTrial() {
    return trial;
  }

  /** When the trial was taken; means nothing if it is none. */
  long trialAtNanos() {
    return trialAtNanos;
  }

  /** Notes down that the key was had as a trial, or that the trial is no longer held. */
  void trial(boolean held) {
    this.trial = held;
  }

  /** Takes over what {@code other} was filled with: its right to the key goes to this exchange. */
  public void adopt(KeyLease other) {
    this.key = other.key;
    this.model = other.model;
    this.quota = other.quota;
    this.tokens = other.tokens;
    this.drawnAtNanos = other.drawnAtNanos;
    this.trial = other.trial;
    this.trialAtNanos = other.trialAtNanos;
    this.sent = other.sent;
    this.failed = other.failed;
  }

  /** Notes down that other tokens were drawn than at first. */
  void tokens(long tokens) {
    this.tokens = tokens;
  }
}
