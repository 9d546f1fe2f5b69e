package io.geminirelay.flow.keys;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells when some key can serve a small request for a model, as {@link Forecast} does, but makes
 * nothing: a quota that nobody has drawn on yet has room. Stops at the first key that can, so that
 * with keys to spare thousands of them cost as little as one.
 */
final class Glance {
  private static final long TOKENS = 1;

  private Glance() {}

  /** Nanoseconds until one of {@code keys} can serve {@code model}, 0 for now, or NEVER. */
  static long waitNanos(List<ApiKey> keys, String model, long now) {
    boolean anyOpen = false;
    for (ApiKey key : keys) {
      String sent = key.modelFor(model);
      if (key.usable(sent)) {
        anyOpen = true;
        ModelQuota quota = key.bucket().quotas().get(sent);
        if (quota == null || quota.waitNanos(TOKENS, now) == 0) {
          return 0;
        }
      }
    }
    return soonest(keys, model, anyOpen, now);
  }

  private static long soonest(List<ApiKey> keys, String model, boolean anyOpen, long now) {
    long soonest = KeySelector.NEVER;
    IdentityHashMap<ModelQuota, Long> rests = new IdentityHashMap<>();
    for (ApiKey key : keys) {
      String sent = key.modelFor(model);
      Rests resting = key.rests(sent);
      if (!key.state().disabled() && resting.invalid() == null) {
        long rest = !anyOpen && resting.onlyFailing() ? 0 : resting.trialWaitNanos(now);
        ModelQuota quota = key.bucket().quotas().get(sent);
        if (quota == null) {
          soonest = Math.min(soonest, rest);
        } else {
          rests.merge(quota, rest, Math::min);
        }
      }
    }
    for (Map.Entry<ModelQuota, Long> each : rests.entrySet()) {
      // A trial after a rest goes whatever the quota.
      long rest = each.getValue();
      soonest = Math.min(soonest, rest > 0 ? rest : each.getKey().waitNanos(TOKENS, now));
    }
    return soonest;
  }
}
