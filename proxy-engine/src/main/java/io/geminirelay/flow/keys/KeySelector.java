package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses keys: turns by weight and health among all usable keys of the groups that list the model,
 * or of all groups where none does, the one with most room of its quota first; without lock or
 * allocation. Thread safe.
 */
public final class KeySelector {
  /** A wait that does not end. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Model names come from clients: rotations beyond a bound are made anew when asked for. */
  private static final int MAX_ROTATIONS = 512;

  private static final int MIN_ROTATIONS = 16;

  /** Bounds what the rotations of a large ring hold together. */
  private static final int MAX_CANDIDATES = 1_000_000;

  private final List<KeyGroup> groups;
  private final TimeSource time;
  private final StateVersion version;
  private final int maxRotations;
  private final Map<String, Rotation> open = new ConcurrentHashMap<>();
  private final Map<List<String>, Map<String, Rotation>> confined = new ConcurrentHashMap<>();

  KeySelector(List<KeyGroup> groups, TimeSource time, StateVersion version) {
    this.groups = groups;
    this.time = time;
    this.version = version;
    int keys = groups.stream().mapToInt(group -> group.keys().size()).sum();
    this.maxRotations =
        Math.max(MIN_ROTATIONS, Math.min(MAX_ROTATIONS, MAX_CANDIDATES / Math.max(1, keys)));
  }

  /**
   * The key whose turn it is, with {@code lease} filled and what it needs drawn on its quota; null
   * when none is usable or has room: then {@link #waitNanos} says for how long.
   *
   * @param tried keys not to choose again
   */
  public @Nullable ApiKey select(Demand demand, TriedKeys tried, KeyLease lease) {
    return rotation(demand).next(demand, tried, lease, time);
  }

  /**
   * Nanoseconds until some key can serve {@code demand} again, 0 when one could now, or {@link
   * #NEVER} when every key is invalid or disabled, the request exceeds all quotas, or no group is
   * allowed. Looks at every key: not for the hot path.
   */
  public long waitNanos(Demand demand) {
    return rotation(demand).forecast(time.nanoTime()).waitNanos(demand.tokens());
  }

  /** The models that were asked for lately, as clients name them. */
  public Set<String> models() {
    Set<String> models = new HashSet<>(open.keySet());
    confined.values().forEach(each -> models.addAll(each.keySet()));
    return models;
  }

  /**
   * As {@link #waitNanos} for a small request to any group, but leaves no trace: for those who look
   * on, whose questions must neither take the room of what requests need nor look like requests.
   */
  public long glanceNanos(String model) {
    return Glance.waitNanos(candidates(model, List.of()), model, time.nanoTime());
  }

  /**
   * Nanoseconds until one more than {@code ahead} requests like {@code demand} can have been
   * served, as far as can be foreseen and within half a second or a thirty-second part; 25 hours
   * when it takes longer, {@link #NEVER} when {@link #waitNanos} is. Unlike that it expects a trial
   * under way to succeed soon. An answer other than 0 may be up to {@value Outlook#KEEP_MILLIS} ms
   * old; of many questions in that time a few alone are looked into, each at every key several
   * times, and the others answered by what those came to.
   *
   * @param ahead how many others come first
   */
  public long forecastNanos(Demand demand, long ahead) {
    return forecastNanos(demand, ahead, ahead * Math.max(0, demand.tokens()));
  }

  /**
   * The same where those ahead are of other sizes.
   *
   * @param tokensAhead input tokens they are thought to hold together
   */
  public long forecastNanos(Demand demand, long ahead, long tokensAhead) {
    return rotation(demand)
        .forecastNanos(new Forecast.Question(demand.tokens(), ahead, tokensAhead), time.nanoTime());
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
    if (rotationCount() >= maxRotations) {
      // All that are confined go before one that everybody may use, and are made anew.
      confined.clear();
      Iterator<String> oldest = open.keySet().iterator();
      if (open.size() >= maxRotations && oldest.hasNext()) {
        open.remove(oldest.next());
      }
    }
    return rotations.computeIfAbsent(
        model, name -> new Rotation(name, candidates(name, allowed), version));
  }

  private int rotationCount() {
    int count = open.size();
    for (Map<String, Rotation> each : confined.values()) {
      count += each.size();
    }
    return count;
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
