package io.geminirelay.flow.keys;

/**
 * What one model of a bucket has used of its quota at a moment, for people.
 *
 * @param model as it is sent
 * @param room what is left, in thousandths of the limit that is nearest; 0 while the model rests
 * @param requestsPerMinute requests of the last minute
 * @param tokensPerMinute input tokens of the last minute
 * @param requestsPerDay requests since the daily reset
 */
public record QuotaFigure(
    String model, int room, Use requestsPerMinute, Use tokensPerMinute, Use requestsPerDay) {

  /**
   * Use of one limit.
   *
   * @param used how much, Google's own count where it told it
   * @param limit how much is allowed, or {@link #UNLIMITED} where that is not known
   * @param source where the limit is from
   */
  public record Use(long used, long limit, Source source) {
    /** No limit is known. */
    public static final long UNLIMITED = -1;

    static Use of(long used, QuotaBound bound) {
      return bound.most() == QuotaBound.UNKNOWN
          ? new Use(used, UNLIMITED, Source.NONE)
          : new Use(used, bound.most(), source(bound));
    }

    private static Source source(QuotaBound bound) {
      if (bound.configured() <= bound.learned()) {
        return Source.CONFIGURED;
      }
      return bound.source() == QuotaBound.Source.GUESS ? Source.GUESSED : Source.GOOGLE;
    }
  }

  /** Where a limit is from. */
  public enum Source {
    /** There is none. */
    NONE,
    /** The operator set it. */
    CONFIGURED,
    /** A refusal named it. */
    GOOGLE,
    /** What was used at a refusal that named no value. */
    GUESSED
  }

  static QuotaFigure of(String model, ModelQuota quota, boolean rests, long now) {
    ModelQuota.Used used = quota.used(now);
    QuotaBounds bounds = quota.bounds(now);
    return new QuotaFigure(
        model,
        rests ? 0 : quota.room(now),
        Use.of(used.requests(), bounds.rpm()),
        Use.of(used.tokens(), bounds.tpm()),
        Use.of(used.dayRequests(), bounds.rpd()));
  }
}
