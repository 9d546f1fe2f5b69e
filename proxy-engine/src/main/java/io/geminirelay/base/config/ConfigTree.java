package io.geminirelay.base.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A mapping of the file that is read name by name, knowing where each value stands.
 *
 * <p>Mistakes are noted, never thrown, and reading goes on as if the value were absent. A value of
 * the environment takes the place of the file's. {@link #done()} reports the names nobody asked
 * for. An empty value ({@code null}, {@code ~} or nothing) counts as absent.
 */
final class ConfigTree {
  private static final int DEEPEST_MERGE = 8;

  private final Reading reading;
  private final Place place;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  ConfigTree(Reading reading, String path, @Nullable Node node) {
    this(reading, new Place(reading.sourceName(), 0, 0, path), node, false);
  }

  private ConfigTree(Reading reading, Place above, @Nullable Node node, boolean secret) {
    this.reading = reading;
    this.place = node == null ? above : at(above.source(), node, above.path());
    if (node instanceof MappingNode mapping) {
      addAll(mapping);
      merge(mapping, 0);
    } else if (node != null && !isNull(node)) {
      problems().add(place, secret ? Shown.MASK : show(node), "a mapping of names to values");
    }
  }

  Reading reading() {
    return reading;
  }

  Problems problems() {
    return reading.problems();
  }

  /** Where this mapping begins. */
  Place place() {
    return place;
  }

  /** Where {@code name} stands, or where this mapping begins when it is not given. */
  Place placeOf(String name) {
    Scalar overriding = reading.overlay().value(pathOf(name));
    if (overriding != null) {
      return overriding.place();
    }
    Place there = places.get(name);
    return there != null ? there : place.named(pathOf(name));
  }

  boolean has(String name) {
    asked.add(name);
    Node node = nodes.get(name);
    return reading.overlay().value(pathOf(name)) != null || (node != null && !isNull(node));
  }

  /** The mapping under {@code name}; an empty one when it is not given. */
  ConfigTree section(String name) {
    asked.add(name);
    return new ConfigTree(reading, place.named(pathOf(name)), nodes.get(name), false);
  }

  /** The mappings in the list under {@code name}. */
  List<ConfigTree> sections(String name) {
    List<ConfigTree> all = new ArrayList<>();
    int index = 0;
    for (Node item : items(name, "a list of mappings", false)) {
      all.add(new ConfigTree(reading, placeOfItem(name, index++), item, false));
    }
    return all;
  }

  /** The mappings under the names below {@code name}, as in {@code limits: {model: {...}}}. */
  Map<String, ConfigTree> sectionsByName(String name) {
    return section(name).sectionsByName();
  }

  /** The mappings under the names of this one. */
  Map<String, ConfigTree> sectionsByName() {
    Map<String, ConfigTree> all = new LinkedHashMap<>();
    nodes.keySet().forEach(key -> all.put(key, section(key)));
    return all;
  }

  /** A single value, or null when it is absent. */
  @Nullable Scalar scalar(String name) {
    return scalar(name, false);
  }

  /** A single value that is never shown in a problem. */
  @Nullable Scalar secretScalar(String name) {
    return scalar(name, true);
  }

  private @Nullable Scalar scalar(String name, boolean secret) {
    asked.add(name);
    Scalar overriding = reading.overlay().value(pathOf(name));
    if (overriding != null) {
      return overriding;
    }
    Node node = nodes.get(name);
    return node == null ? null : scalarOf(node, placeOf(name), secret, "a single value");
  }

  /** The single values of the list under {@code name}; one value alone is a mistake. */
  List<Scalar> scalars(String name, boolean secret) {
    List<Scalar> all = new ArrayList<>();
    int index = 0;
    for (Node item : items(name, "a list", secret)) {
      Scalar scalar = scalarOf(item, placeOfItem(name, index++), secret, "a single value");
      if (scalar != null) {
        all.add(scalar);
      }
    }
    return all;
  }

  /** The items of the list under {@code name} as mappings with {@code key}, where plain too. */
  List<KeyEntry> keyEntries(String name) {
    List<KeyEntry> all = new ArrayList<>();
    int index = 0;
    for (Node item : items(name, "a list of keys", true)) {
      Place itemPlace = placeOfItem(name, index++);
      all.add(
          item instanceof ScalarNode
              ? new KeyEntry(scalarOf(item, itemPlace, true, "an API key"), null)
              : new KeyEntry(null, new ConfigTree(reading, itemPlace, item, true)));
    }
    return all;
  }

  /** A key that is given plainly, or with settings of its own; both are null for an empty item. */
  record KeyEntry(@Nullable Scalar plain, @Nullable ConfigTree settings) {}

  /**
   * The names under {@code name}: plain ones in a list, those of mappings in a list, or those of
   * one mapping.
   */
  List<Pair> pairs(String name) {
    List<Pair> all = new ArrayList<>();
    if (nodes.get(name) instanceof MappingNode) {
      section(name).addPairs(all);
      return all;
    }
    int index = 0;
    for (Node item : items(name, "a list of names, or a mapping of names to others", false)) {
      Place itemPlace = placeOfItem(name, index++);
      if (item instanceof MappingNode) {
        new ConfigTree(reading, itemPlace, item, false).addPairs(all);
      } else {
        Scalar plain = scalarOf(item, itemPlace, false, "a name, or a mapping of names to others");
        if (plain != null) {
          all.add(new Pair(plain, null));
        }
      }
    }
    return all;
  }

  private void addPairs(List<Pair> all) {
    for (String name : nodes.keySet()) {
      Scalar value = scalar(name);
      if (value != null) {
        all.add(new Pair(new Scalar(name, placeOf(name), Scalar.Form.TEXT), value));
      } else if (!has(name)) {
        problems().add(placeOf(name), "nothing", "what the name stands for");
      }
    }
  }

  /** A name and what it stands for; null for a plain one. */
  record Pair(Scalar name, @Nullable Scalar value) {}

  /** Reports every name that was not asked for, with the nearest one that could have been meant. */
  void done() {
    for (String name : nodes.keySet()) {
      if (!asked.contains(name)) {
        Place there = placeOf(name);
        String nearest = NearestName.of(name, asked);
        String expected = "one of " + String.join(", ", asked);
        problems()
            .add(new Problem(there, "the unknown name " + Shown.plain(name), expected, nearest));
      }
    }
  }

  private void addAll(MappingNode mapping) {
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        continue;
      }
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        Place there = at(place.source(), tuple.getKeyNode(), place.path());
        problems().add(there, Shown.kind(tuple.getKeyNode()) + " as a name", "a plain name");
        continue;
      }
      add(key, tuple.getValueNode());
    }
  }

  private void add(ScalarNode key, Node value) {
    String name = key.getValue();
    Place there = at(place.source(), key, pathOf(name));
    Place first = places.putIfAbsent(name, there);
    if (first != null) {
      String again = "the name a second time (first in line " + first.line() + ")";
      problems().add(there, again, "each name once");
    } else {
      nodes.put(name, value);
    }
  }

  /** Adds what {@code <<} brings in; names given here come first. */
  private void merge(MappingNode mapping, int depth) {
    for (NodeTuple tuple : mapping.getValue()) {
      if (!tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        continue;
      }
      Node value = tuple.getValueNode();
      List<? extends Node> sources =
          value instanceof SequenceNode list ? list.getValue() : List.of(value);
      for (Node from : sources) {
        if (from instanceof MappingNode other && depth < DEEPEST_MERGE) {
          addAbsent(other);
          merge(other, depth + 1);
        } else {
          Place there = at(place.source(), tuple.getKeyNode(), pathOf("<<"));
          problems().add(there, Shown.kind(from), "an alias of a mapping");
        }
      }
    }
  }

  private void addAbsent(MappingNode other) {
    for (NodeTuple tuple : other.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key
          && !key.getTag().equals(Tag.MERGE)
          && !places.containsKey(key.getValue())) {
        add(key, tuple.getValueNode());
      }
    }
  }

  private List<Node> items(String name, String expected, boolean secret) {
    asked.add(name);
    Node node = nodes.get(name);
    if (node == null || isNull(node)) {
      return List.of();
    }
    if (node instanceof SequenceNode list) {
      return list.getValue();
    }
    problems().add(placeOf(name), secret ? Shown.kind(node) : show(node), expected);
    return List.of();
  }

  private @Nullable Scalar scalarOf(Node node, Place there, boolean secret, String expected) {
    Place exact = at(there.source(), node, there.path());
    if (isNull(node)) {
      return null;
    }
    if (!(node instanceof ScalarNode scalar)) {
      problems().add(exact, secret ? Shown.MASK : show(node), expected);
      return null;
    }
    return new Scalar(scalar.getValue(), exact, formOf(scalar));
  }

  private static Scalar.Form formOf(ScalarNode scalar) {
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.STR)) {
      return Scalar.Form.TEXT;
    }
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return Scalar.Form.NUMBER;
    }
    return tag.equals(Tag.BOOL) ? Scalar.Form.BOOLEAN : Scalar.Form.OTHER;
  }

  private static String show(Node node) {
    return node instanceof ScalarNode scalar ? Shown.plain(scalar.getValue()) : Shown.kind(node);
  }

  private Place placeOfItem(String name, int index) {
    return placeOf(name).named(pathOf(name) + "[" + index + "]");
  }

  private String pathOf(String name) {
    return place.path().isEmpty() ? name : place.path() + "." + name;
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static Place at(String source, Node node, String path) {
    Mark mark = node.getStartMark();
    return mark == null
        ? new Place(source, 0, 0, path)
        : new Place(source, mark.getLine() + 1, mark.getColumn() + 1, path);
  }
}
