package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Shown;
import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import io.geminirelay.base.config.edit.EditException.Kind;
import io.geminirelay.base.config.edit.Step.Append;
import io.geminirelay.base.config.edit.Step.Drop;
import io.geminirelay.base.config.edit.Step.Put;
import io.geminirelay.base.config.edit.Step.Remove;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Tag;

/** What an edit comes to in a file with certain data. */
final class EditSteps {
  private static final String DISABLED = "disabled_keys";
  private static final Pattern ENTRY = Pattern.compile("groups\\[(\\d+)]\\.api_keys\\[(\\d+)].*");

  private final Map<?, ?> root;
  private final Supplier<Map<String, Place>> keyPlaces;

  EditSteps(Map<?, ?> root, Supplier<Map<String, Place>> keyPlaces) {
    this.root = root;
    this.keyPlaces = keyPlaces;
  }

  /** The steps of {@code edit}; none when the file is like that already. */
  List<Step> of(ConfigEdit edit) throws EditException {
    if (edit instanceof ConfigEdit.AddKeys add) {
      return addKeys(add);
    } else if (edit instanceof ConfigEdit.RemoveKey remove) {
      return removeKeys(remove.fingerprints());
    } else if (edit instanceof ConfigEdit.DisableKey disable) {
      return disable(disable.fingerprints());
    } else if (edit instanceof ConfigEdit.EnableKey enable) {
      return enable(enable.fingerprints());
    } else if (edit instanceof ConfigEdit.AddClient add) {
      return addClient(add.client());
    } else if (edit instanceof ConfigEdit.RemoveClient remove) {
      return removeClient(remove.name());
    } else if (edit instanceof ConfigEdit.Set set) {
      return set(set);
    }
    return unset((ConfigEdit.Unset) edit);
  }

  /** The collection at {@code path} in {@code data}. */
  static Object at(Object data, List<Object> path) {
    Object found = data;
    for (Object step : path) {
      Object inner =
          step instanceof Integer index
              ? ((List<?>) found).get(index)
              : ((Map<?, ?>) found).get(step);
      found = Objects.requireNonNull(inner);
    }
    return found;
  }

  private List<Step> addKeys(ConfigEdit.AddKeys add) throws EditException {
    Set<String> known = new HashSet<>(keyPlaces.get().keySet());
    List<Object> entries = new ArrayList<>();
    for (NewKey key : add.keys()) {
      if (!known.add(key.key().fingerprint())) {
        throw new EditException(Kind.KNOWN, "the key " + key.key() + " is there already");
      }
      entries.add(entry(key));
    }
    if (entries.isEmpty()) {
      return List.of();
    }
    Object groups = root.get("groups");
    if (isNothing(groups)) {
      Map<String, Object> group = new LinkedHashMap<>();
      group.put("name", Leaf.data(add.group()));
      group.put("api_keys", entries);
      return List.of(new Put(List.of(), "groups", new ArrayList<>(List.of(group)), true));
    }
    int index = named(groups, add.group());
    if (index < 0) {
      String message = "the file has no group " + Shown.plain(add.group());
      throw new EditException(Kind.UNKNOWN, message);
    }
    return addTo(List.of("groups", index), "api_keys", entries);
  }

  private static Object entry(NewKey key) {
    if (key.project() == null && key.weight() == null) {
      return Leaf.data(key.key().reveal());
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("key", key.key().reveal());
    if (key.project() != null) {
      entry.put("project", key.project());
    }
    if (key.weight() != null) {
      entry.put("weight", key.weight());
    }
    return Leaf.data(entry);
  }

  private List<Step> removeKeys(Collection<String> fingerprints) throws EditException {
    Map<String, Place> places = keyPlaces.get();
    Map<Integer, NavigableSet<Integer>> byGroup = new TreeMap<>();
    for (String fingerprint : fingerprints) {
      Place place = places.get(fingerprint);
      requireKnown(place != null, fingerprint);
      Matcher entry = ENTRY.matcher(place == null ? "" : place.path());
      if (place == null || !entry.matches()) {
        String name = place == null ? "" : place.path();
        String message = " of the environment: remove it there, or disable it";
        throw new EditException(
            Kind.REFUSED, "the key #" + fingerprint + " comes from " + name + message);
      }
      byGroup
          .computeIfAbsent(Integer.valueOf(entry.group(1)), group -> new TreeSet<>())
          .add(Integer.valueOf(entry.group(2)));
    }
    List<Step> steps = new ArrayList<>();
    byGroup.forEach(
        (group, indexes) -> steps.add(new Remove(List.of("groups", group, "api_keys"), indexes)));
    steps.addAll(withoutDisabled(fingerprints));
    return steps;
  }

  private List<Step> disable(Collection<String> fingerprints) throws EditException {
    Map<String, Place> places = keyPlaces.get();
    List<Object> added = new ArrayList<>();
    for (String fingerprint : fingerprints) {
      requireKnown(places.containsKey(fingerprint), fingerprint);
      if (indexesOf(List.of(fingerprint)).isEmpty()) {
        added.add(Leaf.data(fingerprint));
      }
    }
    return added.isEmpty() ? List.of() : addTo(List.of(), DISABLED, added);
  }

  private List<Step> enable(Collection<String> fingerprints) throws EditException {
    for (String fingerprint : fingerprints) {
      boolean listed = !indexesOf(List.of(fingerprint)).isEmpty();
      requireKnown(listed || keyPlaces.get().containsKey(fingerprint), fingerprint);
    }
    return withoutDisabled(fingerprints);
  }

  private List<Step> withoutDisabled(Collection<String> fingerprints) {
    NavigableSet<Integer> indexes = indexesOf(fingerprints);
    return indexes.isEmpty() ? List.of() : List.of(new Remove(List.of(DISABLED), indexes));
  }

  private NavigableSet<Integer> indexesOf(Collection<String> fingerprints) {
    NavigableSet<Integer> indexes = new TreeSet<>();
    if (root.get(DISABLED) instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof Leaf leaf
            && fingerprints.contains(leaf.text().toLowerCase(Locale.ROOT))) {
          indexes.add(i);
        }
      }
    }
    return indexes;
  }

  private List<Step> addClient(ClientConfig client) throws EditException {
    if (named(root.get("clients"), client.name()) >= 0) {
      String message = "the client " + Shown.plain(client.name()) + " is there already";
      throw new EditException(Kind.KNOWN, message);
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", client.name());
    entry.put("token_sha256", HexFormat.of().formatHex(client.tokenSha256()));
    putLimit(entry, "requests_per_minute", client.requestsPerMinute());
    putLimit(entry, "tokens_per_minute", client.tokensPerMinute());
    putLimit(entry, "max_concurrent", client.maxConcurrent());
    putNames(entry, "models", client.models());
    putNames(entry, "groups", client.groups());
    if (client.priority() != Priority.NORMAL) {
      entry.put("priority", client.priority().word());
    }
    return addTo(List.of(), "clients", new ArrayList<>(List.of(Leaf.data(entry))));
  }

  private static void putLimit(Map<String, Object> entry, String name, long limit) {
    if (limit > 0) {
      entry.put(name, limit);
    }
  }

  private static void putNames(Map<String, Object> entry, String name, List<String> names) {
    if (!names.isEmpty()) {
      entry.put(name, names);
    }
  }

  private List<Step> removeClient(String name) throws EditException {
    int index = named(root.get("clients"), name);
    if (index < 0) {
      String message = "the file has no client " + Shown.plain(name);
      throw new EditException(Kind.UNKNOWN, message);
    }
    return List.of(new Remove(List.of("clients"), new TreeSet<>(List.of(index))));
  }

  private List<Step> set(ConfigEdit.Set set) throws EditException {
    Object value;
    try {
      value = Leaf.data(set.value());
    } catch (IllegalArgumentException e) {
      throw new EditException(Kind.REFUSED, "a value that a file cannot hold");
    }
    List<Object> path = SettingPath.of(root, set.path());
    SettingPath.requireSettable(path, inner(root, path), value);
    Object inside = root;
    int depth = 0;
    while (depth < path.size() - 1 && inner(inside, path.get(depth)) != null) {
      inside = inner(inside, path.get(depth++));
    }
    for (int i = path.size() - 1; i > depth; i--) {
      value = new LinkedHashMap<>(Map.of(path.get(i), value));
    }
    String name = String.valueOf(path.get(depth));
    if (!(inside instanceof Map<?, ?> map)) {
      throw new EditException(Kind.UNKNOWN, "no setting " + Shown.plain(set.path()));
    }
    if (depth < path.size() - 1 && !isNothing(map.get(name))) {
      throw new EditException(Kind.REFUSED, Shown.plain(name) + " has no settings below it");
    }
    Object old = map.get(name);
    return value.equals(old) ? List.of() : ListSteps.of(path.subList(0, depth), name, old, value);
  }

  /** The collection at {@code step} of {@code from}, or null when there is none. */
  private static @Nullable Object inner(@Nullable Object from, Object step) {
    Object found =
        from instanceof List<?> list && step instanceof Integer index
            ? list.get(index)
            : from instanceof Map<?, ?> map ? map.get(step) : null;
    return found instanceof Leaf ? null : found;
  }

  /** The collection at {@code path}, or null when there is none. */
  private static @Nullable Object inner(Object from, List<Object> path) {
    Object inside = from;
    for (Object step : path) {
      inside = inner(inside, step);
    }
    return inside;
  }

  private List<Step> unset(ConfigEdit.Unset unset) throws EditException {
    List<Object> path = SettingPath.of(root, unset.path());
    SettingPath.requireSettable(path, inner(root, path), null);
    Object inside = inner(root, path.subList(0, path.size() - 1));
    String name = String.valueOf(path.get(path.size() - 1));
    if (!(inside instanceof Map<?, ?> map) || !map.containsKey(name)) {
      throw new EditException(Kind.UNKNOWN, "the file does not have " + Shown.plain(unset.path()));
    }
    return List.of(new Drop(path.subList(0, path.size() - 1), name));
  }

  /** Adds to a list that may be empty or missing. */
  private List<Step> addTo(List<Object> path, String name, List<Object> values)
      throws EditException {
    Object list = ((Map<?, ?>) at(root, path)).get(name);
    if (isNothing(list)) {
      return List.of(new Put(path, name, values, true));
    }
    if (!(list instanceof List<?>)) {
      throw new EditException(Kind.REFUSED, name + " is not a list in the file");
    }
    List<Object> inside = new ArrayList<>(path);
    inside.add(name);
    return List.of(new Append(inside, values));
  }

  private static boolean isNothing(@Nullable Object value) {
    return value == null
        || (value instanceof Leaf leaf && leaf.tag().equals(Tag.NULL))
        || (value instanceof List<?> list && list.isEmpty());
  }

  /** The number of the mapping called {@code name} in {@code list}, or -1. */
  static int named(@Nullable Object list, String name) {
    if (list instanceof List<?> items) {
      for (int i = 0; i < items.size(); i++) {
        if (items.get(i) instanceof Map<?, ?> map
            && map.get("name") instanceof Leaf leaf
            && leaf.text().equals(name)) {
          return i;
        }
      }
    }
    return -1;
  }

  private static void requireKnown(boolean known, String fingerprint) throws EditException {
    if (!known) {
      throw new EditException(Kind.UNKNOWN, "there is no key #" + fingerprint);
    }
  }
}
