package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.edit.EditException.Kind;
import io.geminirelay.base.config.edit.MarkedText.Entry;
import io.geminirelay.base.config.edit.MarkedText.Spot;
import io.geminirelay.base.config.edit.YamlDoc.Target;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A change of one collection, made twice: in the text, and in the data that the text has to give
 * afterwards.
 */
sealed interface Step {
  /** Where the collection is. */
  List<Object> path();

  /** The text after the change. */
  String text(YamlDoc doc) throws EditException;

  /** Makes the change in {@code collection}. */
  void data(Object collection);

  /** Adds items to a list that has some. */
  record Append(List<Object> path, List<Object> values) implements Step {
    @Override
    public String text(YamlDoc doc) throws EditException {
      MarkedText marked = doc.marked();
      Splice splice = new Splice(marked.text());
      Spot spot = doc.find(path).spot();
      SequenceNode list = (SequenceNode) spot.node();
      if (MarkedText.isFlow(list)) {
        List<String> texts = values.stream().map(YamlWriter::flow).toList();
        new FlowText(marked, splice).append(partsOf(marked, list), spot.end() - 1, texts);
      } else {
        YamlWriter writer = new YamlWriter(marked.breakOf(spot.end()), true);
        new BlockText(marked, splice).append(list, values, writer);
      }
      return splice.result();
    }

    @Override
    @SuppressWarnings("unchecked") // data is made of lists of objects
    public void data(Object collection) {
      ((List<Object>) collection).addAll(values);
    }
  }

  /** Takes items out of a list. */
  record Remove(List<Object> path, NavigableSet<Integer> indexes) implements Step {
    @Override
    public String text(YamlDoc doc) throws EditException {
      Target target = doc.find(path);
      SequenceNode list = (SequenceNode) target.spot().node();
      if (MarkedText.isFlow(list)) {
        return flowText(doc, list);
      }
      Splice splice = new Splice(doc.marked().text());
      new BlockText(doc.marked(), splice).removeItems(list, indexes, target.colon());
      return splice.result();
    }

    /** One by one, as each takes a comma of its neighbour's. */
    private String flowText(YamlDoc doc, SequenceNode list) throws EditException {
      int last = indexes.last();
      Splice splice = new Splice(doc.marked().text());
      new FlowText(doc.marked(), splice).remove(partsOf(doc.marked(), list), last);
      NavigableSet<Integer> others = indexes.headSet(last, false);
      String text = splice.result();
      return others.isEmpty() ? text : new Remove(path, others).text(YamlDoc.of(text));
    }

    @Override
    @SuppressWarnings("unchecked") // data is made of lists of objects
    public void data(Object collection) {
      indexes.descendingSet().forEach(index -> ((List<Object>) collection).remove((int) index));
    }
  }

  /**
   * Gives a name of a mapping a value, whether it has one or not.
   *
   * @param byLine whether a new list has a line for each item
   */
  record Put(List<Object> path, String name, Object value, boolean byLine) implements Step {
    @Override
    public String text(YamlDoc doc) throws EditException {
      MarkedText marked = doc.marked();
      if (doc.isEmpty()) {
        String text = marked.text();
        return atEnd(text, new YamlWriter(marked.breakOf(text.length()), byLine));
      }
      Splice splice = new Splice(marked.text());
      Spot spot = doc.find(path).spot();
      List<Entry> entries = marked.entries((MappingNode) spot.node());
      for (Entry entry : entries) {
        if (entry.isNamed(name)) {
          YamlDoc.requireOwn(entry.value());
          replace(marked, splice, spot.node(), entry);
          return splice.result();
        }
        if (entry.isNamed("<<")) {
          throw YamlDoc.shared();
        }
      }
      if (MarkedText.isFlow(spot.node())) {
        String entry = YamlWriter.name(name) + ": " + YamlWriter.flow(value);
        new FlowText(marked, splice).append(parts(entries), spot.end() - 1, List.of(entry));
      } else {
        Entry last = entries.get(entries.size() - 1);
        YamlWriter writer = new YamlWriter(marked.breakOf(last.end()), byLine);
        new BlockText(marked, splice).addEntry(entries.get(0), last, name, value, writer);
      }
      return splice.result();
    }

    private String atEnd(String text, YamlWriter writer) {
      String lines = writer.lines(Map.of(name, value), 0).substring(writer.lineEnd().length());
      boolean begun = text.isEmpty() || text.endsWith("\n") || text.equals("\ufeff");
      return text + (begun ? "" : writer.lineEnd()) + lines + writer.lineEnd();
    }

    private void replace(MarkedText marked, Splice splice, Node map, Entry entry)
        throws EditException {
      if (MarkedText.isFlow(map)) {
        Spot old = entry.value();
        String before = old.start() > entry.colon() + 1 ? "" : " ";
        splice.replace(old.start(), old.end(), before + YamlWriter.flow(value));
      } else {
        YamlWriter writer = new YamlWriter(marked.breakOf(entry.start()), byLine);
        new BlockText(marked, splice).replaceValue(entry, value, writer);
      }
    }

    @Override
    @SuppressWarnings("unchecked") // data is made of maps of objects
    public void data(Object collection) {
      ((Map<String, Object>) collection).put(name, value);
    }
  }

  /** Takes a name out of a mapping. */
  record Drop(List<Object> path, String name) implements Step {
    @Override
    public String text(YamlDoc doc) throws EditException {
      MarkedText marked = doc.marked();
      Splice splice = new Splice(marked.text());
      Target target = doc.find(path);
      List<Entry> entries = marked.entries((MappingNode) target.spot().node());
      for (Entry entry : entries) {
        if (!entry.isNamed(name)) {
          continue;
        }
        if (MarkedText.isFlow(target.spot().node())) {
          new FlowText(marked, splice).remove(parts(entries), entries.indexOf(entry));
        } else {
          new BlockText(marked, splice).removeEntry(entry, entries.size() == 1, target.colon());
        }
        return splice.result();
      }
      throw new EditException(Kind.UNKNOWN, "the file does not have " + name);
    }

    @Override
    @SuppressWarnings("unchecked") // data is made of maps of objects
    public void data(Object collection) {
      ((Map<String, Object>) collection).remove(name);
    }
  }

  private static List<FlowText.Part> partsOf(MarkedText marked, SequenceNode list) {
    return marked.items(list).stream()
        .map(item -> new FlowText.Part(item.start(), item.end()))
        .toList();
  }

  private static List<FlowText.Part> parts(List<Entry> entries) {
    return entries.stream().map(entry -> new FlowText.Part(entry.start(), entry.end())).toList();
  }
}
