package io.geminirelay.testing.sim;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests and input tokens for each project and model in clock minutes and Pacific days. A
 * refused request counts nothing. Thread-safe.
 */
public final class Quotas {
  private static final ZoneId PACIFIC = ZoneId.of("America/Los_Angeles");

  private final Map<Bucket, Quota> limits = new ConcurrentHashMap<>();
  private final Map<Bucket, Window> windows = new ConcurrentHashMap<>();
  private final InstantSource clock;

  /** Runs on this clock. */
  public Quotas(InstantSource clock) {
    this.clock = clock;
  }

  private record Bucket(String project, String model) {}

  private static final class Window {
    private long minute;
    private long requestsInMinute;
    private long tokensInMinute;
    private @Nullable LocalDate day;
    private long requestsInDay;
  }

  /** Limits a project for one model, or for every model ({@code *}) by itself. */
  public void limit(String project, String model, Quota quota) {
    limits.put(new Bucket(project, model), quota);
  }

  Instant now() {
    return clock.instant();
  }

  /** Counts a request, or returns the refusal. */
  @Nullable GoogleError take(String project, String model, long inputTokens) {
    Quota quota = limits.get(new Bucket(project, model));
    if (quota == null) {
      quota = limits.get(new Bucket(project, "*"));
    }
    if (quota == null) {
      return null;
    }
    Window window = windows.computeIfAbsent(new Bucket(project, model), bucket -> new Window());
    synchronized (window) {
      Instant now = clock.instant();
      roll(window, now);
      List<Errors.Violation> spent = violations(quota, window, model, inputTokens);
      if (spent.isEmpty()) {
        window.requestsInMinute++;
        window.requestsInDay++;
        window.tokensInMinute += inputTokens;
        return null;
      }
      return refusal(quota, spent, now);
    }
  }

  private static void roll(Window window, Instant now) {
    long minute = Math.floorDiv(now.getEpochSecond(), 60);
    if (minute != window.minute) {
      window.minute = minute;
      window.requestsInMinute = 0;
      window.tokensInMinute = 0;
    }
    LocalDate day = now.atZone(PACIFIC).toLocalDate();
    if (!day.equals(window.day)) {
      window.day = day;
      window.requestsInDay = 0;
    }
  }

  private static List<Errors.Violation> violations(
      Quota quota, Window window, String model, long tokens) {
    List<Errors.Violation> spent = new ArrayList<>();
    if (quota.tpm() >= 0 && window.tokensInMinute + tokens > quota.tpm()) {
      spent.add(name(QuotaLimit.INPUT_TOKENS_PER_MINUTE, quota, model, quota.tpm()));
    }
    if (quota.rpm() >= 0 && window.requestsInMinute >= quota.rpm()) {
      spent.add(name(QuotaLimit.REQUESTS_PER_MINUTE, quota, model, quota.rpm()));
    }
    if (quota.rpd() >= 0 && window.requestsInDay >= quota.rpd()) {
      spent.add(name(QuotaLimit.REQUESTS_PER_DAY, quota, model, quota.rpd()));
    }
    return spent;
  }

  private static Errors.Violation name(QuotaLimit limit, Quota quota, String model, long value) {
    return quota.free() ? limit.free(model, value) : limit.paid(model, value);
  }

  private static GoogleError refusal(Quota quota, List<Errors.Violation> spent, Instant now) {
    if (!quota.detailed()) {
      return Errors.tooManyRequestsNoDetail();
    }
    long seconds = 60 - Math.floorMod(now.getEpochSecond(), 60);
    return Errors.quota(seconds + ".5s", seconds + "s", spent);
  }
}
