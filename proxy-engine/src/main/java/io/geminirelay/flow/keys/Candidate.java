package io.geminirelay.flow.keys;

import org.jspecify.annotations.Nullable;

/**
 * A key that may serve one model, with all that selection has to look at, so that it looks nothing
 * up. Thread safe.
 */
final class Candidate {
  private final ApiKey key;
  private final String sent;
  private final QuotaBucket bucket;

  /**
   * Found when first asked for: clients name models, and not every one is worth a quota per key.
   */
  private volatile @Nullable ModelQuota quota;

  private volatile long full = FullMark.NONE;

  /** {@code key} for requests that ask for {@code model}. */
  Candidate(ApiKey key, String model) {
    this.key = key;
    this.sent = key.modelFor(model);
    this.bucket = key.bucket();
  }

  ApiKey key() {
    return key;
  }

  /** The model as it is sent with the key. */
  String sent() {
    return sent;
  }

  /** Whether the key still draws on the quota it drew on at first. */
  boolean current() {
    return key.bucket() == bucket;
  }

  ModelQuota quota() {
    ModelQuota known = quota;
    if (known == null || known.isForgotten()) {
      known = bucket.quota(sent);
      quota = known;
    }
    return known;
  }

  /** What keeps the key from serving now. */
  Rests rests() {
    return key.rests(sent);
  }

  /** How many of its kind's turns it gets: weight times health, in eighths. */
  int share(long now) {
    return key.weight() * key.state().healthStep(now);
  }

  /** Whether it was found to have no room for {@code tokens}, a moment ago. */
  boolean refuses(long tokens, long now) {
    return FullMark.refuses(full, tokens, now);
  }

  /** What was found of its room. */
  long fullMark() {
    return full;
  }

  /** Draws on its quota, or remembers that there is no room. */
  boolean tryDraw(long tokens, long now) {
    ModelQuota drawn = quota();
    if (drawn.tryDraw(tokens, now)) {
      return true;
    }
    full = FullMark.of(drawn, tokens, now);
    return false;
  }
}
