package io.geminirelay.flow.keys;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which keys belong to one Google project, as far as its errors told: they share one bucket from
 * then on. Thread safe.
 *
 * <p>The bucket of the first key of a project becomes the home of those that follow. A key whose
 * project is configured keeps the bucket of that name; keys without one join it, for Google counts
 * them together. Names and Google's numbers are never compared: only what Google said of two keys
 * makes their projects one. Two configured names that turn out to mean one project stay apart, as
 * the operator wrote them, and are warned of once.
 */
final class Projects {
  private static final Logger LOG = LoggerFactory.getLogger(Projects.class);

  private final Supplier<QuotaBucket> fresh;
  private final Map<String, Home> homes = new ConcurrentHashMap<>();
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  /** Nothing is known yet; {@code fresh} makes buckets. */
  Projects(Supplier<QuotaBucket> fresh) {
    this.fresh = fresh;
  }

  /** A project's bucket, and the name it has in the configuration if it has one. */
  private record Home(QuotaBucket bucket, @Nullable String label) {}

  /**
   * Notes down that Google said {@code key} belongs to {@code project}; whether any key's bucket
   * changed by it.
   *
   * @param all the states of all keys, of other targets too
   */
  boolean learn(ApiKey key, String project, Collection<KeyState> all, long now) {
    KeyState state = key.state();
    String known = state.project();
    if (project.equals(known)) {
      return false;
    }
    if (!known.isEmpty()) {
      // What it shared stays with the keys that still belong there.
      state.bucket(fresh.get());
    }
    state.project(project);
    boolean moved = join(key, all, now);
    if (moved) {
      LOG.info("key {} shares its project's quota with other keys", key.name());
    }
    return moved || !known.isEmpty();
  }

  /**
   * Forgets the names of projects that none of {@code keys} has any more, so that another may come
   * in their place; the buckets that were theirs.
   */
  Set<QuotaBucket> keepNamesOf(Collection<ApiKey> keys) {
    Set<QuotaBucket> named = new HashSet<>();
    for (ApiKey key : keys) {
      if (key.project() != null) {
        named.add(key.bucket());
      }
    }
    Set<QuotaBucket> nameless = new HashSet<>();
    for (Map.Entry<String, Home> each : Map.copyOf(homes).entrySet()) {
      Home home = each.getValue();
      QuotaBucket bucket = home.bucket();
      if (home.label() != null
          && !named.contains(bucket)
          && homes.replace(each.getKey(), home, new Home(bucket, null))) {
        nameless.add(bucket);
      }
    }
    return nameless;
  }

  /** Forgets the projects that none of {@code all} belongs to. */
  void keepThoseOf(Collection<KeyState> all) {
    Set<String> known = new HashSet<>();
    all.forEach(state -> known.add(id(state)));
    homes.keySet().retainAll(known);
  }

  /** Lets those of {@code keys} whose project is known share its bucket; whether any moved. */
  boolean join(Collection<ApiKey> keys, Collection<KeyState> all, long now) {
    boolean any = false;
    for (ApiKey key : keys) {
      if (!key.state().project().isEmpty()) {
        nameHome(key);
        any = true;
      }
    }
    boolean moved = false;
    if (any) {
      for (KeyState each : all) {
        moved |= !each.project().isEmpty() && bring(each, now);
      }
    }
    return moved;
  }

  private boolean join(ApiKey key, Collection<KeyState> all, long now) {
    nameHome(key);
    boolean moved = false;
    for (KeyState each : all) {
      moved |= each.isOfProject(key.state()) && bring(each, now);
    }
    return moved;
  }

  private static String id(KeyState state) {
    return state.target() + '@' + state.project();
  }

  /** Makes the bucket of {@code key} its project's, unless that has one that comes first. */
  private void nameHome(ApiKey key) {
    String id = id(key.state());
    String label = key.project();
    Home own = new Home(key.bucket(), label);
    Home home = homes.computeIfAbsent(id, x -> own);
    while (label != null && home.label() == null && !homes.replace(id, home, own)) {
      // The name is the operator's: keys without one come to it, not the other way round.
      home = homes.getOrDefault(id, own);
    }
    String other = home.label();
    if (label != null && other != null && !label.equals(other) && warned.add(id + ' ' + label)) {
      LOG.warn(
          "the configured projects {} and {} are one for Google, as key {} shows: their quota is"
              + " shared, name them alike",
          other,
          label,
          key.name());
    }
  }

  /** Repeated when another thread named another home meanwhile: all end in the last one. */
  private boolean bring(KeyState state, long now) {
    boolean moved = false;
    Home home = homes.get(id(state));
    while (home != null && state.bucket() != home.bucket()) {
      home.bucket().adopt(state.bucket(), now);
      state.bucket(home.bucket());
      moved = true;
      home = homes.get(id(state));
    }
    return moved;
  }
}
