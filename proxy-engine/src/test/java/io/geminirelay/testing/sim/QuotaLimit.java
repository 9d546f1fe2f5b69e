package io.geminirelay.testing.sim;

/** The kinds of limit, with the names that Google gives them on the free and the paid tier. */
public enum QuotaLimit {
  REQUESTS_PER_MINUTE("requests", "GenerateRequestsPerMinutePerProjectPerModel"),
  REQUESTS_PER_DAY("requests", "GenerateRequestsPerDayPerProjectPerModel"),
  INPUT_TOKENS_PER_MINUTE("input_token_count", "GenerateContentInputTokensPerModelPerMinute");

  private final String metric;
  private final String id;

  QuotaLimit(String metric, String id) {
    this.metric = metric;
    this.id = id;
  }

  /** A violation of the free tier. */
  public Errors.Violation free(String model, long limit) {
    return new Errors.Violation(metric("free_tier_"), id + "-FreeTier", model, limit);
  }

  /** A violation of the paid tier. */
  public Errors.Violation paid(String model, long limit) {
    String paidId =
        this == INPUT_TOKENS_PER_MINUTE
            ? "GenerateContentPaidTierInputTokensPerModelPerMinute"
            : id;
    return new Errors.Violation(metric("paid_tier_"), paidId, model, limit);
  }

  private String metric(String tier) {
    return "generativelanguage.googleapis.com/generate_content_" + tier + metric;
  }
}
