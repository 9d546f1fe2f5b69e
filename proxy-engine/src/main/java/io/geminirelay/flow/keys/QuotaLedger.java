package io.geminirelay.flow.keys;

import io.geminirelay.base.state.LedgerStore.Draw;
import io.geminirelay.base.state.LedgerStore.Total;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is told of one quota to the other instances, and what of them was counted here. What others
 * drew is counted in the same window as what is drawn here, at the moment it is heard of: so
 * everybody who asks for room sees the sum.
 *
 * <p>All on the state thread.
 */
final class QuotaLedger {
  /** How often is looked what others drew, where nothing is drawn here. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What part of what is left may be drawn here before the others are told of it at once. */
  private static final long MUCH = 16;

  private final String name;
  private final ModelQuota quota;
  private @Nullable Total before;
  private long toldRequests;
  private long toldTokens;

  /** What was drawn here that the store does not know for certain. */
  private long requests;

  private long tokens;
  private long lookNanos;

  /** Nothing is told yet of {@code quota}, which all instances call {@code name}. */
  QuotaLedger(String name, ModelQuota quota, long now) {
    this.name = name;
    this.quota = quota;
    this.lookNanos = now;
  }

  /** Whether it is that of {@code other}. */
  boolean isOf(ModelQuota other) {
    return quota == other;
  }

  /** What to tell now of {@code day}, if anything. */
  @Nullable Draw next(long day, long now) {
    long drawn = quota.untold().take();
    requests += DrawCount.requestsOf(drawn);
    tokens += DrawCount.tokensOf(drawn);
    boolean looks = now - lookNanos >= 0 && quota.bounds(now).known();
    if (requests == 0 && tokens == 0 && !looks) {
      return null;
    }
    // After a while without the store, only what still counts is of interest to the others.
    ModelQuota.Used used = quota.used(now);
    toldRequests = Math.min(requests, Math.max(used.requests(), used.dayRequests()));
    toldTokens = Math.min(tokens, used.tokens());
    return new Draw(name, day, toldRequests, toldTokens);
  }

  /** Takes the answer to the last telling. */
  void answered(Total total, long now) {
    Total old = before;
    long others;
    long theirTokens;
    if (old == null || total.requests() < old.requests() + Math.min(0, toldRequests)) {
      // Of what is there before the first look, all is others' that was not drawn here.
      ModelQuota.Used used = quota.used(now);
      others = Math.max(0, total.recentRequests() - used.requests());
      theirTokens = Math.max(0, total.recentTokens() - used.tokens());
    } else {
      others = total.requests() - old.requests() - toldRequests;
      theirTokens = total.tokens() - old.tokens() - toldTokens;
    }
    quota.drawnElsewhere(
        Math.min(others, total.recentRequests()),
        Math.min(theirTokens, total.recentTokens()),
        total.dayRequests(),
        now);
    before = total;
    requests = 0;
    tokens = 0;
    lookNanos = now + LOOK_NANOS;
  }

  /** Has {@code then} run, on any thread, as soon as much of what is left now was drawn here. */
  void whenMuch(Runnable then, long now) {
    QuotaBounds most = quota.bounds(now);
    ModelQuota.Used used = quota.used(now);
    long perMinute = much(most.perMinute(), used.requests());
    long perDay = much(most.perDay(), used.dayRequests());
    long tokens = much(most.tokensPerMinute(), used.tokens());
    quota.untold().much(Math.min(perMinute, perDay), tokens, then);
  }

  private static long much(long most, long used) {
    return most == QuotaBound.UNKNOWN ? Long.MAX_VALUE : Math.max(1, (most - used) / MUCH);
  }
}
