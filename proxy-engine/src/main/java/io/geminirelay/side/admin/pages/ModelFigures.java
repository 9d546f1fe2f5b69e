package io.geminirelay.side.admin.pages;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.CircuitBreaker;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeySelector;
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
   * @param cooling keys that rest, or have used up the quota, and would serve it otherwise
   * @param waitNanos time until one may serve it; 0 for now, or {@link KeySelector#NEVER}
   * @param room what is left of the quotas that it was drawn on, 0 to 1, on average; null for none
   * @param breaker state of a breaker that does not let all through; null where none does so
   */
  record Figure(
      int open,
      int cooling,
      long waitNanos,
      @Nullable Double room,
      CircuitBreaker.@Nullable State breaker) {}

  /** The keys of a group. */
  private static final class Pool {
    int fine;
    int held;
    final Map<String, Integer> heldFor = new HashMap<>();
    final Map<String, double[]> rooms = new HashMap<>();
  }

  ModelFigures(GatewayView view) {
    this.view = view;
    for (KeyGroup group : view.keys().groups()) {
      Pool pool = new Pool();
      group.keys().forEach(key -> look(key, pool));
      pools.put(group, pool);
      names.addAll(group.models().keySet());
      names.addAll(pool.heldFor.keySet());
      names.addAll(pool.rooms.keySet());
    }
  }

  private static void look(ApiKey key, Pool pool) {
    KeyState.Status status = key.state().status();
    if (status == KeyState.Status.DISABLED || status == KeyState.Status.INVALID) {
      return;
    }
    if (key.bucket().whole() == null && key.state().failing() == null) {
      pool.fine++;
      key.bucket()
          .holds()
          .models()
          .forEach(each -> pool.heldFor.merge(each.model(), 1, Integer::sum));
    } else {
      pool.held++;
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
    int open = 0;
    int cooling = 0;
    double[] room = new double[2];
    CircuitBreaker.State breaker = null;
    for (KeyGroup group : serving(model)) {
      String sent = group.models().getOrDefault(model, model);
      Pool pool = pools.getOrDefault(group, new Pool());
      int some = pool.heldFor.getOrDefault(sent, 0);
      open += pool.fine - some;
      cooling += pool.held + some;
      double[] sum = pool.rooms.getOrDefault(sent, new double[2]);
      room[0] += sum[0];
      room[1] += sum[1];
      CircuitBreaker.State state = breaker(group.ways().get(0).target(), sent);
      breaker = state == null ? breaker : state;
    }
    Double share = room[1] == 0 ? null : room[0] / room[1];
    long wait = open > 0 ? 0 : view.keys().selector().glanceNanos(model);
    return new Figure(open, cooling, wait, share, breaker);
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
