package io.geminirelay.testing.sim;

/**
 * What one project may ask of one model.
 *
 * @param rpm requests a minute, -1 for no limit
 * @param tpm input tokens a minute, -1 for no limit
 * @param rpd requests a Pacific day, -1 for no limit
 * @param free whether refusals name the free tier
 * @param detailed whether refusals name the limit at all
 */
public record Quota(long rpm, long tpm, long rpd, boolean free, boolean detailed) {
  /** No limit at all. */
  public static final Quota UNLIMITED = new Quota(-1, -1, -1, true, true);

  /** Free tier, so many requests a minute and a day; -1 for no limit. */
  public static Quota of(long rpm, long rpd) {
    return new Quota(rpm, -1, rpd, true, true);
  }

  /** The same with a limit of input tokens a minute. */
  public Quota withTokensPerMinute(long tokens) {
    return new Quota(rpm, tokens, rpd, free, detailed);
  }

  /** The same on the paid tier. */
  public Quota paid() {
    return new Quota(rpm, tpm, rpd, false, detailed);
  }

  /** The same, but a refusal says nothing about which limit or how long. */
  public Quota withoutDetail() {
    return new Quota(rpm, tpm, rpd, free, false);
  }
}
