package io.geminirelay.flow.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a bucket from serving single models, for people: rests, and quotas that are known to
 * be used up, which hold as well as a refusal does. Makes nothing in the bucket. Immutable.
 *
 * @param models those that are held
 * @param othersOpen whether another model is open that has been served before
 */
public record ModelHolds(List<Hold> models, boolean othersOpen) {
  private static final ModelHolds NONE = new ModelHolds(List.of(), true);
  private static final long TOKENS = 1;

  /** Copies the list. */
  public ModelHolds {
    models = List.copyOf(models);
  }

  /**
   * What holds something back, and for how long.
   *
   * @param model as it is sent; empty for all
   * @param reason in a word, as refusals have it
   * @param quotaId as Google calls it; empty when not known
   * @param untilNanos when it ends, on the ticker
   */
  public record Hold(String model, String reason, String quotaId, long untilNanos) {
    /** The same for a rest. */
    public static Hold of(Cooldown rest) {
      return new Hold(rest.model(), rest.reason(), rest.quotaId(), rest.untilNanos());
    }
  }

  static ModelHolds of(Cooldown[] rests, Map<String, ModelQuota> quotas, long now) {
    if (rests.length == 0 && quotas.isEmpty()) {
      return NONE;
    }
    List<Hold> held = new ArrayList<>(rests.length);
    for (Cooldown rest : rests) {
      held.add(Hold.of(rest));
    }
    boolean open = false;
    for (Map.Entry<String, ModelQuota> each : quotas.entrySet()) {
      ModelQuota quota = each.getValue();
      if (QuotaBucket.find(rests, each.getKey()) == null) {
        long wait = quota.waitNanos(TOKENS, now);
        if (wait > 0) {
          held.add(new Hold(each.getKey(), quota.usedUp(now), "", now + wait));
        } else {
          open |= quota.isProven();
        }
      }
    }
    return held.isEmpty() ? NONE : new ModelHolds(held, open);
  }

  /** Whether every model is held that the bucket has served, or was refused. */
  public boolean all() {
    return !models.isEmpty() && !othersOpen;
  }

  /** The one that lasts longest; null for none. */
  public @Nullable Hold longest() {
    Hold longest = null;
    for (Hold each : models) {
      if (longest == null || each.untilNanos() - longest.untilNanos() > 0) {
        longest = each;
      }
    }
    return longest;
  }
}
