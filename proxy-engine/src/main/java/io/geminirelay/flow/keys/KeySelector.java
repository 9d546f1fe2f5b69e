package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Chooses keys: round robin over all usable keys of the groups that list the model, or of all
 * groups where none does; by one atomic step, without lock or allocation. Thread safe.
 */
public final class KeySelector {
  /** A wait that does not end. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Model names come from clients: rotations beyond this are made anew when asked for. */
  private static final int MAX_ROTATIONS = 512;

  private final List<KeyGroup> groups;
  private final TimeSource time;
  private final AtomicLong epoch;
  private final Map<String, Rotation> open = new ConcurrentHashMap<>();
  private final Map<List<String>, Map<String, Rotation>> confined = new ConcurrentHashMap<>();

  KeySelector(List<KeyGroup> groups, TimeSource time, AtomicLong epoch) {
    this.groups = groups;
    this.time = time;
    this.epoch = epoch;
  }

  /**
   * The key whose turn it is, with {@code lease} filled and what it needs drawn on its quota; null
   * when none is usable or has room: then {@link #waitNanos} says for how long.
   *
   * @param tried keys not to choose again
   */
  public @Nullable ApiKey select(Demand demand, TriedKeys tried, KeyLease lease) {
    return rotation(demand).next(demand.tokens(), tried, lease, time);
  }

  /**
   * Nanoseconds until some key can serve {@code demand} again, 0 when one could now, or {@link
   * #NEVER} when every key is invalid or disabled, or no group is allowed.
   */
  public long waitNanos(Demand demand) {
    return rotation(demand).waitNanos(time.nanoTime());
  }

  /**
   * Nanoseconds by which a key is thought to be there for a request that has {@code ahead} others
   * before it, 0 when one is there now, or {@link #NEVER}. Unlike {@link #waitNanos} it expects a
   * trial that is under way to succeed soon.
   */
  public long forecastNanos(Demand demand, long ahead) {
    return rotation(demand).forecastNanos(time.nanoTime());
  }

  private Rotation rotation(Demand demand) {
    String model = demand.model();
    List<String> allowed = demand.groups();
    Map<String, Rotation> rotations = open;
    if (!allowed.isEmpty()) {
      Map<String, Rotation> own = confined.get(allowed);
      rotations =
          own != null
              ? own
              : confined.computeIfAbsent(List.copyOf(allowed), x -> new ConcurrentHashMap<>());
    }
    Rotation known = rotations.get(model);
    return known != null ? known : add(rotations, model, allowed);
  }

  private Rotation add(Map<String, Rotation> rotations, String model, List<String> allowed) {
    if (rotations.size() >= MAX_ROTATIONS) {
      rotations.remove(rotations.keySet().iterator().next());
    }
    return rotations.computeIfAbsent(
        model, name -> new Rotation(name, candidates(name, allowed), epoch));
  }

  private List<ApiKey> candidates(String model, List<String> allowed) {
    List<ApiKey> listing = new ArrayList<>();
    List<ApiKey> all = new ArrayList<>();
    for (KeyGroup group : groups) {
      if (group.allowedBy(allowed)) {
        all.addAll(group.keys());
        if (group.lists(model)) {
          listing.addAll(group.keys());
        }
      }
    }
    return listing.isEmpty() ? all : listing;
  }
}
