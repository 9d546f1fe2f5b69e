package io.geminirelay.base.config.edit;

import java.util.Map;
import java.util.TreeMap;

/** Replacements of parts of a text that do not overlap; what lies between them stays as it is. */
final class Splice {
  private final String text;
  private final Map<Integer, Part> parts = new TreeMap<>();

  Splice(String text) {
    this.text = text;
  }

  private record Part(int end, String instead) {}

  /** Puts {@code instead} in the place of the characters from {@code start} to {@code end}. */
  void replace(int start, int end, String instead) {
    Part there = parts.get(start);
    parts.put(start, there == null ? new Part(end, instead) : joined(there, end, instead));
  }

  private static Part joined(Part there, int end, String instead) {
    return new Part(Math.max(there.end(), end), there.instead() + instead);
  }

  void insert(int at, String what) {
    replace(at, at, what);
  }

  void remove(int start, int end) {
    replace(start, end, "");
  }

  /** The text with all replacements. */
  String result() {
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (Map.Entry<Integer, Part> entry : parts.entrySet()) {
      out.append(text, from, Math.max(from, entry.getKey())).append(entry.getValue().instead());
      from = Math.max(from, entry.getValue().end());
    }
    return out.append(text, from, text.length()).toString();
  }
}
