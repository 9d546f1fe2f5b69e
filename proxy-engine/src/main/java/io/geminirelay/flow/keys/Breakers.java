package io.geminirelay.flow.keys;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.FactSource;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The breakers of all targets, and of the models that a target said were overloaded. Thread safe.
 */
public final class Breakers {
  /** What {@link #admit} says when nothing may go. */
  public static final long REFUSED = -1;

  private static final int MAX_MODELS = 256;

  private final BreakerConfig config;
  private final TimeSource time;
  private final Map<TargetConfig, Target> targets = new ConcurrentHashMap<>();
  private final LongAdder openings = new LongAdder();
  private final LongAdder extent = new LongAdder();
  private final FactSource facts;

  private record Target(CircuitBreaker whole, Map<String, CircuitBreaker> models) {}

  /** Breakers that all admit. */
  public Breakers(BreakerConfig config, TimeSource time) {
    this.config = config;
    this.time = time;
    this.facts = new BreakerFacts(this, time);
  }

  /** Makes the breakers of {@code all} now, so that what is known of them can be learned. */
  public void knowing(Collection<TargetConfig> all) {
    int before = targets.size();
    all.forEach(this::target);
    if (targets.size() > before) {
      extent.increment();
    }
  }

  /** How often there were more targets than before. */
  long extent() {
    return extent.sum();
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

  /** The breakers of those models of {@code target} that were overloaded, by name. */
  public Map<String, CircuitBreaker> models(TargetConfig target) {
    return new TreeMap<>(target(target).models());
  }

  /**
   * A permit for a request, or {@link #REFUSED}; each permit is followed by one {@link #settle}.
   */
  public long admit(TargetConfig config, String model) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    long now = time.nanoTime();
    int whole = target.whole().admit(now);
    if (whole == CircuitBreaker.REFUSED) {
      return REFUSED;
    }
    int models = own == null ? 0 : own.admit(now);
    if (models == CircuitBreaker.REFUSED) {
      target.whole().release(whole);
      return REFUSED;
    }
    return (long) whole << Integer.SIZE | models;
  }

  /** Nanoseconds until {@link #admit} may say yes. */
  public long waitNanos(TargetConfig config, String model) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    long now = time.nanoTime();
    return Math.max(target.whole().waitNanos(now), own == null ? 0 : own.waitNanos(now));
  }

  /** Nanoseconds by which {@link #admit} is thought to say yes: trials under way end soon. */
  public long forecastNanos(TargetConfig config, String model) {
    Target target = target(config);
    CircuitBreaker own = target.models().get(model);
    long now = time.nanoTime();
    return Math.max(target.whole().forecastNanos(now), own == null ? 0 : own.forecastNanos(now));
  }

  /** Notes down how the request ended that {@code permit} was given to. */
  public void settle(TargetConfig config, String model, long permit, KeyVerdict verdict) {
    Target target = target(config);
    CircuitBreaker whole = target.whole();
    CircuitBreaker own = target.models().get(model);
    int ofWhole = (int) (permit >>> Integer.SIZE);
    int ofModel = (int) permit;
    switch (verdict.effect()) {
      case SERVER_FAILURE, TARGET_FAILURE -> {
        boolean answered = verdict.effect() == KeyVerdict.Effect.SERVER_FAILURE;
        note(whole.failure(ofWhole, time.nanoTime(), answered));
        release(own, ofModel);
      }
      case MODEL_OVERLOADED -> {
        whole.release(ofWhole);
        note(breakerOf(target, model).failure(ofModel, time.nanoTime(), true));
      }
      case SUCCESS -> {
        whole.success(ofWhole);
        if (own != null) {
          own.success(ofModel);
        }
      }
      case NONE, COOL_BUCKET, COOL_PROJECT, MARK_INVALID -> {
        if (isSilent(verdict)) {
          whole.release(ofWhole);
        } else {
          // The target works, whatever it said; of the model that tells nothing.
          whole.success(ofWhole);
        }
        release(own, ofModel);
      }
      case EXIT_SUSPECT, KEY_FAILURE -> {
        whole.release(ofWhole);
        release(own, ofModel);
      }
    }
  }

  private void note(boolean opened) {
    if (opened) {
      openings.increment();
    }
  }

  // ---- what is kept and shared

  /** What is known of targets, to be kept and shared. */
  public FactSource facts() {
    return facts;
  }

  /** How often a breaker has begun to refuse. */
  long openings() {
    return openings.sum();
  }

  /** Shows every breaker to {@code to}. */
  void forEach(Visitor to) {
    targets.forEach(
        (config, target) -> {
          to.visit(config.authority(), "", target.whole());
          target.models().forEach((model, one) -> to.visit(config.authority(), model, one));
        });
  }

  /** Is shown breakers, each with the authority of its target and its model, empty for all. */
  interface Visitor {
    void visit(String target, String model, CircuitBreaker breaker);
  }

  /** Refuses {@code model} of the targets called {@code authority}, all models if it is empty. */
  void leaveAlone(String authority, String model, long nanos) {
    targets.forEach(
        (config, target) -> {
          if (config.authority().equals(authority)) {
            CircuitBreaker one = model.isEmpty() ? target.whole() : breakerOf(target, model);
            one.leaveAlone(nanos, time.nanoTime());
          }
        });
  }

  private static boolean isSilent(KeyVerdict verdict) {
    return verdict.equals(KeyVerdict.UNDECIDED) || verdict.next() == KeyVerdict.Next.RESEND;
  }

  /** Made when the model was first said to be overloaded: its first phase has number 0. */
  private CircuitBreaker breakerOf(Target target, String model) {
    Map<String, CircuitBreaker> models = target.models();
    if (models.size() >= MAX_MODELS && !models.containsKey(model)) {
      models.remove(models.keySet().iterator().next());
    }
    return models.computeIfAbsent(model, x -> new CircuitBreaker(config));
  }

  private static void release(@Nullable CircuitBreaker breaker, int permit) {
    if (breaker != null) {
      breaker.release(permit);
    }
  }
}
