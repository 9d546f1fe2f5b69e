package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.YamlText;
import io.geminirelay.base.config.edit.EditException.Kind;
import io.geminirelay.base.config.edit.MarkedText.Entry;
import io.geminirelay.base.config.edit.MarkedText.Spot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A text with its nodes, which are found by paths: lists of names, and of numbers for items of
 * lists.
 */
final class YamlDoc {
  private static final int DEEPEST = 60;

  private final MarkedText marked;
  private final @Nullable Node root;

  private YamlDoc(MarkedText marked, @Nullable Node root) {
    this.marked = marked;
    this.root = root;
  }

  /**
   * What a path leads to.
   *
   * @param entry of the mapping that it is in; null for the root and for items of lists
   */
  record Target(Spot spot, @Nullable Entry entry) {
    /** Place of the colon before it, or -1. */
    int colon() {
      return entry == null ? -1 : entry.colon();
    }
  }

  /**
   * Parses {@code text}.
   *
   * @throws EditException if it is not YAML
   */
  static YamlDoc of(String text) throws EditException {
    try {
      return new YamlDoc(new MarkedText(text), YamlText.compose(text, "text"));
    } catch (ConfigException e) {
      throw new EditException(Kind.REFUSED, "the text of the file would not be valid YAML");
    }
  }

  MarkedText marked() {
    return marked;
  }

  /** Whether there is no value at all, as in an empty file. */
  boolean isEmpty() {
    return root == null || root.getTag().equals(Tag.NULL);
  }

  /**
   * What {@code path} leads to.
   *
   * @throws EditException if its text is shared with another place
   */
  Target find(List<Object> path) throws EditException {
    if (root == null) {
      throw new IllegalStateException("an empty text has no nodes");
    }
    Target target = new Target(marked.spot(root, 0), null);
    requireOwn(target.spot());
    for (Object step : path) {
      target = step(target.spot().node(), step);
      requireOwn(target.spot());
    }
    return target;
  }

  private Target step(Node node, Object step) throws EditException {
    if (step instanceof Integer index && node instanceof SequenceNode list) {
      return new Target(marked.items(list).get(index), null);
    }
    if (node instanceof MappingNode map) {
      for (Entry entry : marked.entries(map)) {
        if (entry.isNamed(String.valueOf(step))) {
          return new Target(entry.value(), entry);
        }
      }
    }
    throw shared();
  }

  /** Refuses what stands in the text once and counts in several places. */
  static void requireOwn(Spot spot) throws EditException {
    if (spot.isAlias() || spot.node().getAnchor() != null) {
      throw shared();
    }
  }

  static EditException shared() {
    return new EditException(
        Kind.REFUSED,
        "this part of the file is shared by an anchor (&), alias (*) or merge (<<); change the"
            + " file by hand");
  }

  /** The whole text as data that nothing else holds; an empty text is an empty mapping. */
  Object data() throws EditException {
    return root == null || isEmpty() ? new LinkedHashMap<String, Object>() : data(root, 0);
  }

  private static Object data(Node node, int depth) throws EditException {
    if (depth > DEEPEST) {
      throw shared();
    }
    if (node instanceof SequenceNode list) {
      List<Object> all = new ArrayList<>();
      for (Node item : list.getValue()) {
        all.add(data(item, depth + 1));
      }
      return all;
    }
    if (node instanceof MappingNode map) {
      Map<String, Object> all = new LinkedHashMap<>();
      for (NodeTuple tuple : map.getValue()) {
        boolean named = tuple.getKeyNode() instanceof ScalarNode;
        String name = named ? ((ScalarNode) tuple.getKeyNode()).getValue() : "";
        if (!named || all.put(name, data(tuple.getValueNode(), depth + 1)) != null) {
          throw new EditException(Kind.REFUSED, "the file has a name twice, or none");
        }
      }
      return all;
    }
    return new Leaf(node.getTag(), ((ScalarNode) node).getValue());
  }
}
