package io.geminirelay.flow.outbound;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.WaitQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * When a request can be sent again: not before a key is back, and not before the breaker of a
 * target lets it through. Thread safe.
 */
final class KeySupply implements WaitQueue.Supply {
  private final KeyRing keys;
  private final Breakers breakers;

  KeySupply(KeyRing keys, Breakers breakers) {
    this.keys = keys;
    this.breakers = breakers;
  }

  @Override
  public long waitNanos(Demand demand) {
    return Math.max(keys.selector().waitNanos(demand), breakerNanos(demand));
  }

  @Override
  public long forecastNanos(Demand demand, long ahead) {
    return forecastNanos(demand, ahead, ahead * Math.max(0, demand.tokens()));
  }

  @Override
  public long forecastNanos(Demand demand, long ahead, long tokensAhead) {
    long breaker =
        soonest(
            demand, key -> breakers.forecastNanos(key.destination().target(), sent(key, demand)));
    return Math.max(keys.selector().forecastNanos(demand, ahead, tokensAhead), breaker);
  }

  /** Time until some target that serves {@code demand} may let a request through. */
  long breakerNanos(Demand demand) {
    return soonest(
        demand, key -> breakers.waitNanos(key.destination().target(), sent(key, demand)));
  }

  /** The fault of an open breaker that alone stands in the way of {@code demand}, or null. */
  @Nullable Fault breakerFault(Demand demand) {
    long wait = breakerNanos(demand);
    if (wait == 0 || wait == KeySelector.NEVER || keys.selector().waitNanos(demand) > 0) {
      return null;
    }
    return Fault.until(
        FaultKind.BREAKER_OPEN,
        "The target has failed too often of late; try again later.",
        TimeUnit.NANOSECONDS.toSeconds(wait + 999_999_999L));
  }

  private static String sent(ApiKey key, Demand demand) {
    return key.modelFor(demand.model());
  }

  /** The least over the groups that serve {@code demand}, each shown by its first key. */
  private long soonest(Demand demand, ToLongFunction<ApiKey> nanos) {
    long listing = KeySelector.NEVER;
    long any = KeySelector.NEVER;
    boolean listed = false;
    for (KeyGroup group : keys.groups()) {
      if (group.allowedBy(demand.groups())) {
        long wait = nanos.applyAsLong(group.keys().get(0));
        any = Math.min(any, wait);
        if (group.lists(demand.model())) {
          listed = true;
          listing = Math.min(listing, wait);
        }
      }
    }
    return listed ? listing : any;
  }
}
