package io.geminirelay.side.admin.pages;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.CircuitBreaker;
import io.geminirelay.flow.keys.Cooldown;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeyState;
import io.geminirelay.side.admin.GatewayView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How many keys could serve each model now: one look at every key, then sums, so that thousands of
 * keys times hundreds of models stay cheap. For one answer.
 */
final class ModelFigures {
  private final GatewayView view;
  private final Map<KeyGroup, Pool> pools = new HashMap<>();
  private final Set<String> names = new TreeSet<>();

  /**
   * How one model is.
   *
   * @param open keys that may serve it now
   * @param cooling keys that rest and would serve it otherwise
   * @param soonestNanos end of the rest that ends first, on the ticker; null where none rests
   * @param room what is left of the quotas that it was drawn on, 0 to 1, on average; null for none
   * @param breaker state of a breaker that does not let all through; null where none does so
   */
  record Figure(
      int open,
      int cooling,
      @Nullable Long soonestNanos,
      @Nullable Double room,
      CircuitBreaker.@Nullable State breaker) {}

  /** Some of the keys that rest. */
  private static final class Resting {
    int keys;
    @Nullable Long soonestNanos;

    void add(Cooldown rest) {
      keys++;
      Long soonest = soonestNanos;
      if (soonest == null || rest.untilNanos() - soonest < 0) {
        soonestNanos = rest.untilNanos();
      }
    }

    void add(Resting other) {
      Long soonest = soonestNanos;
      Long others = other.soonestNanos;
      keys += other.keys;
      if (soonest == null || (others != null && others - soonest < 0)) {
        soonestNanos = others;
      }
    }
  }

  /** The keys of a group. */
  private static final class Pool {
    int fine;
    final Resting whole = new Resting();
    final Map<String, Resting> models = new HashMap<>();
    final Map<String, double[]> rooms = new HashMap<>();
  }

  ModelFigures(GatewayView view) {
    this.view = view;
    for (KeyGroup group : view.keys().groups()) {
      Pool pool = new Pool();
      group.keys().forEach(key -> look(key, pool));
      pools.put(group, pool);
      names.addAll(group.models().keySet());
      names.addAll(pool.models.keySet());
      names.addAll(pool.rooms.keySet());
    }
  }

  private static void look(ApiKey key, Pool pool) {
    KeyState.Status status = key.state().status();
    if (status == KeyState.Status.DISABLED || status == KeyState.Status.INVALID) {
      return;
    }
    Cooldown whole = key.bucket().whole();
    Cooldown rest = whole == null ? key.state().failing() : whole;
    if (rest == null) {
      pool.fine++;
      for (Cooldown each : key.bucket().cooldowns()) {
        pool.models.computeIfAbsent(each.model(), model -> new Resting()).add(each);
      }
    } else {
      pool.whole.add(rest);
    }
    key.bucket()
        .eachRoom(
            (model, room) -> {
              double[] sum = pool.rooms.computeIfAbsent(model, x -> new double[2]);
              sum[0] += room / 1000.0;
              sum[1]++;
            });
  }

  /** Models that groups list, or that keys were used for. */
  Set<String> names() {
    return names;
  }

  /** How {@code model} is. */
  Figure of(String model) {
    Resting resting = new Resting();
    int open = 0;
    double[] room = new double[2];
    CircuitBreaker.State breaker = null;
    for (KeyGroup group : serving(model)) {
      String sent = group.models().getOrDefault(model, model);
      Pool pool = pools.getOrDefault(group, new Pool());
      Resting some = pool.models.getOrDefault(sent, new Resting());
      open += pool.fine - some.keys;
      resting.add(pool.whole);
      resting.add(some);
      double[] sum = pool.rooms.getOrDefault(sent, new double[2]);
      room[0] += sum[0];
      room[1] += sum[1];
      CircuitBreaker.State state = breaker(group.ways().get(0).target(), sent);
      breaker = state == null ? breaker : state;
    }
    Double share = room[1] == 0 ? null : room[0] / room[1];
    return new Figure(open, resting.keys, resting.soonestNanos, share, breaker);
  }

  private List<KeyGroup> serving(String model) {
    List<KeyGroup> listing = new ArrayList<>();
    for (KeyGroup group : view.keys().groups()) {
      if (group.lists(model)) {
        listing.add(group);
      }
    }
    return listing.isEmpty() ? view.keys().groups() : listing;
  }

  private CircuitBreaker.@Nullable State breaker(TargetConfig target, String model) {
    CircuitBreaker own = view.breakers().models(target).get(model);
    CircuitBreaker.State state = view.breakers().of(target).state();
    if (state == CircuitBreaker.State.ADMITTING && own != null) {
      state = own.state();
    }
    return state == CircuitBreaker.State.ADMITTING ? null : state;
  }
}
