package io.geminirelay.bench.quota;

import io.geminirelay.bench.quota.GoogleBucket.Limit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Writes 429 bodies as they were recorded: details in changing order, several violations at once,
 * values and dimensions that are missing now and then, a delay in whole or broken seconds, one of
 * seconds for a limit of the day too, and some with nothing but a message.
 */
final class RefusalBody {
  private static final double WITHOUT_VALUE = 0.25;
  private static final double WITHOUT_DIMENSIONS = 0.1;
  private static final double WHOLE_SECONDS = 0.5;
  private static final String TYPE = "\"@type\": \"type.googleapis.com/google.rpc.";
  private static final String BARE =
      """
      {"error": {"code": 429, "message": "Resource has been exhausted (e.g. check quota).",
       "status": "RESOURCE_EXHAUSTED"}}
      """;
  private static final String HELP =
      "{"
          + TYPE
          + """
          Help", "links": [{"description": "Learn more about Gemini API quotas", \
          "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]}""";

  private final RandomGenerator random;
  private final double bareShare;

  /**
   * What is refused.
   *
   * @param exceeded the limits, at least one
   * @param model the model asked for
   * @param free whether the project is in the free tier
   * @param bucket the count that it would exceed
   * @param tokens input tokens of the request
   */
  record Refusal(
      Set<Limit> exceeded, String model, boolean free, GoogleBucket bucket, long tokens) {}

  RefusalBody(RandomGenerator random, double bareShare) {
    this.random = random;
    this.bareShare = bareShare;
  }

  String of(Refusal refusal) {
    if (random.nextDouble() < bareShare) {
      return BARE;
    }
    double seconds = delaySeconds(refusal);
    List<String> details = new ArrayList<>(List.of(HELP, failure(refusal)));
    if (random.nextBoolean()) {
      Collections.reverse(details);
    }
    details.add("{" + TYPE + "RetryInfo\", \"retryDelay\": \"" + delay(seconds) + "\"}");
    return """
        {"error": {"code": 429, "message": "You exceeded your current quota, please check your plan \
        and billing details. For more information on this error, head to: \
        https://ai.google.dev/gemini-api/docs/rate-limits.%s\\nPlease retry in %ss.", \
        "status": "RESOURCE_EXHAUSTED", "details": [%s]}}
        """
        .formatted(told(refusal), exact(seconds), String.join(", ", details));
  }

  /**
   * The time to the end of the sliding minute; for a limit of the day, to nothing in particular.
   */
  private double delaySeconds(Refusal refusal) {
    if (refusal.exceeded().contains(Limit.REQUESTS_PER_DAY)) {
      return random.nextDouble(1, 60);
    }
    return refusal.bucket().waitNanos(refusal.tokens()) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private String delay(double seconds) {
    return random.nextDouble() < WHOLE_SECONDS ? (long) seconds + "s" : exact(seconds) + "s";
  }

  private static String exact(double seconds) {
    return String.format(Locale.ROOT, "%.9f", seconds);
  }

  private static String told(Refusal refusal) {
    return refusal.exceeded().stream()
        .map(
            limit ->
                "\\n* Quota exceeded for metric: %s, limit: %d, model: %s"
                    .formatted(
                        metric(limit, refusal.free()),
                        refusal.bucket().allowed(limit),
                        refusal.model()))
        .collect(Collectors.joining());
  }

  private String failure(Refusal refusal) {
    String violations =
        refusal.exceeded().stream()
            .map(limit -> violation(limit, refusal))
            .collect(Collectors.joining(", "));
    return "{" + TYPE + "QuotaFailure\", \"violations\": [" + violations + "]}";
  }

  private String violation(Limit limit, Refusal refusal) {
    StringBuilder out = new StringBuilder();
    out.append("{\"quotaMetric\": \"").append(metric(limit, refusal.free()));
    out.append("\", \"quotaId\": \"").append(quotaId(limit, refusal.free())).append('"');
    if (random.nextDouble() >= WITHOUT_DIMENSIONS) {
      out.append(", \"quotaDimensions\": {\"location\": \"global\", \"model\": \"")
          .append(refusal.model())
          .append("\"}");
    }
    if (random.nextDouble() >= WITHOUT_VALUE) {
      out.append(", \"quotaValue\": \"").append(refusal.bucket().allowed(limit)).append('"');
    }
    return out.append('}').toString();
  }

  private static String metric(Limit limit, boolean free) {
    String tier = free ? "free_tier" : "paid_tier";
    return "generativelanguage.googleapis.com/generate_content_"
        + tier
        + (limit == Limit.TOKENS_PER_MINUTE ? "_input_token_count" : "_requests");
  }

  private static String quotaId(Limit limit, boolean free) {
    String tier = free ? "-FreeTier" : "";
    return switch (limit) {
      case REQUESTS_PER_MINUTE -> "GenerateRequestsPerMinutePerProjectPerModel" + tier;
      case TOKENS_PER_MINUTE ->
          free
              ? "GenerateContentInputTokensPerModelPerMinute-FreeTier"
              : "GenerateContentPaidTierInputTokensPerModelPerMinute";
      case REQUESTS_PER_DAY -> "GenerateRequestsPerDayPerProjectPerModel" + tier;
    };
  }
}
