package io.geminirelay.flow.keys;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The breakers of all targets, and of the models that a target said were overloaded. Thread safe.
 */
public final class Breakers {
  private static final int MAX_MODELS = 256;

  private final BreakerConfig config;
  private final TimeSource time;
  private final Map<TargetConfig, Target> targets = new ConcurrentHashMap<>();

  private record Target(CircuitBreaker whole, Map<String, CircuitBreaker> models) {}

  /** Breakers that all admit. */
  public Breakers(BreakerConfig config, TimeSource time) {
    this.config = config;
    this.time = time;
  }

  private Target target(TargetConfig config) {
    Target known = targets.get(config);
    return known != null
        ? known
        : targets.computeIfAbsent(
            config, x -> new Target(new CircuitBreaker(this.config), new ConcurrentHashMap<>()));
  }

  /** The breaker of {@code target} for all models. */
  public CircuitBreaker of(TargetConfig target) {
    return target(target).whole();
  }

  /** Whether a request may go; each true is followed by one {@link #settle}. */
  public boolean tryAdmit(TargetConfig config, String model) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    if (target.whole().state() == CircuitBreaker.State.ADMITTING && own == null) {
      return true;
    }
    long now = time.nanoTime();
    if (!target.whole().tryAdmit(now)) {
      return false;
    }
    if (own == null || own.tryAdmit(now)) {
      return true;
    }
    target.whole().release();
    return false;
  }

  /** Nanoseconds until {@link #tryAdmit} may say yes. */
  public long waitNanos(TargetConfig config, String model) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    long now = time.nanoTime();
    return Math.max(target.whole().waitNanos(now), own == null ? 0 : own.waitNanos(now));
  }

  /** Nanoseconds by which {@link #tryAdmit} is thought to say yes: trials under way end soon. */
  public long forecastNanos(TargetConfig config, String model) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    long now = time.nanoTime();
    return Math.max(target.whole().forecastNanos(now), own == null ? 0 : own.forecastNanos(now));
  }

  /** Notes down how an admitted request ended. */
  public void settle(TargetConfig config, String model, KeyVerdict verdict) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    switch (verdict.effect()) {
      case SERVER_FAILURE, TARGET_FAILURE -> {
        target.whole().failure(time.nanoTime());
        release(own);
      }
      case MODEL_OVERLOADED -> {
        target.whole().release();
        overloaded(target, model);
      }
      case SUCCESS -> {
        target.whole().success();
        if (own != null) {
          own.success();
        }
      }
      case COOL_BUCKET, COOL_PROJECT, MARK_INVALID -> answered(target, own);
      case NONE -> {
        boolean silent =
            verdict.equals(KeyVerdict.UNDECIDED) || verdict.next() == KeyVerdict.Next.RESEND;
        if (silent) {
          target.whole().release();
          release(own);
        } else {
          answered(target, own);
        }
      }
      case EXIT_SUSPECT, KEY_FAILURE -> {
        target.whole().release();
        release(own);
      }
    }
  }

  /** The target works, whatever it said; of the model that tells nothing. */
  private static void answered(Target target, @Nullable CircuitBreaker own) {
    target.whole().success();
    release(own);
  }

  private void overloaded(Target target, String model) {
    Map<String, CircuitBreaker> models = target.models();
    if (models.size() >= MAX_MODELS && !models.containsKey(model)) {
      models.remove(models.keySet().iterator().next());
    }
    models.computeIfAbsent(model, x -> new CircuitBreaker(config)).failure(time.nanoTime());
  }

  private static void release(@Nullable CircuitBreaker breaker) {
    if (breaker != null) {
      breaker.release();
    }
  }
}
