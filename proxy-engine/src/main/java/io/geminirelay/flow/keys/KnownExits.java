package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The exits of one key ring. Immutable but for the states in it.
 *
 * @param ring whose exits they are; null before there is one
 * @param states by the way to a target, in the order of the configuration; never a direct way
 * @param keys number of keys that prefer each way
 * @param direct targets that some key reaches without an exit
 * @param shared those that are the same for other instances, by their ids
 */
record KnownExits(
    @Nullable KeyRing ring,
    Map<Destination, ExitState> states,
    Map<Destination, Integer> keys,
    Set<TargetConfig> direct,
    Map<String, List<ExitState>> shared) {
  static final KnownExits NONE = new KnownExits(null, Map.of(), Map.of(), Set.of(), Map.of());

  /** Those of {@code ring}, with the states of {@code old} where it knew them. */
  static KnownExits of(KeyRing ring, KnownExits old, long now) {
    Map<Destination, ExitState> states = new LinkedHashMap<>();
    Map<Destination, Integer> keys = new HashMap<>();
    Set<TargetConfig> direct = new HashSet<>();
    for (KeyGroup group : ring.groups()) {
      for (ApiKey key : group.keys()) {
        keys.merge(key.destination(), 1, Integer::sum);
      }
      for (Destination way : group.exits()) {
        if (way.egress() == null) {
          direct.add(way.target());
        } else if (!states.containsKey(way)) {
          ExitState before = old.states().get(way);
          states.put(way, before == null ? new ExitState(way, now) : before);
        }
      }
    }
    Map<String, List<ExitState>> shared = shared(states.values());
    return new KnownExits(ring, Collections.unmodifiableMap(states), keys, direct, shared);
  }

  /**
   * Exits to what has the same address count as one: that is where Google refuses them. Those on
   * this machine are left out, since at that address another machine has another exit; and those
   * that only their passwords tell apart, which are not told to anybody.
   */
  private static Map<String, List<ExitState>> shared(Collection<ExitState> states) {
    Map<String, List<ExitState>> shared = new HashMap<>();
    for (ExitState state : states) {
      EgressConfig exit = state.way().egress();
      if (exit != null && !exit.isLocal()) {
        shared.computeIfAbsent(state.id(), id -> new ArrayList<>()).add(state);
      }
    }
    shared
        .values()
        .removeIf(same -> same.stream().map(s -> s.way().egress()).distinct().count() > 1);
    return shared;
  }

  /** Whether another way to the same target is open. */
  boolean hasOther(Destination way) {
    if (direct.contains(way.target())) {
      return true;
    }
    for (ExitState state : states.values()) {
      Destination other = state.way();
      if (state.rest() == null && !other.equals(way) && other.target().equals(way.target())) {
        return true;
      }
    }
    return false;
  }

  List<ExitFigure> figures(TimeSource time) {
    long now = time.nanoTime();
    Instant clock = time.instant();
    return states.values().stream().map(state -> figure(state, now, clock)).toList();
  }

  private ExitFigure figure(ExitState state, long now, Instant clock) {
    Destination way = state.way();
    ExitRest rest = state.rest();
    String exit = String.valueOf(way.egress());
    String target = way.target().authority();
    int assigned = keys.getOrDefault(way, 0);
    if (rest == null) {
      return new ExitFigure(
          exit, target, ExitFigure.State.OPEN, "", null, null, state.failures(), assigned);
    }
    Cooldown cooldown = rest.cooldown();
    return new ExitFigure(
        exit,
        target,
        cooldown.over(now) ? ExitFigure.State.TRIAL : ExitFigure.State.COOLING,
        cooldown.reason(),
        clock.plusNanos(rest.beganNanos() - now),
        clock.plusNanos(cooldown.untilNanos() - now),
        state.failures(),
        assigned);
  }
}
