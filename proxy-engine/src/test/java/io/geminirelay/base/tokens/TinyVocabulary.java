package io.geminirelay.base.tokens;

import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary file of the letters a to e, the space, the bytes and some merges, whose parts can be
 * replaced to see what becomes of it.
 */
final class TinyVocabulary {
  private final Map<String, Object> root = new LinkedHashMap<>();
  private final Map<String, Object> model = new LinkedHashMap<>();
  private final Map<String, Object> pieces = new LinkedHashMap<>();

  TinyVocabulary() {
    for (int i = 0; i < 256; i++) {
      pieces.put(String.format("<0x%02X>", i), i);
    }
    List<Object> merges = new ArrayList<>();
    for (String piece :
        List.of("a", "b", "c", "d", "e", "\u2581", "ab", "bc", "abc", "\u2581a", "\uFFFD")) {
      pieces.put(piece, pieces.size());
    }
    for (String[] merge : new String[][] {{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"\u2581", "a"}}) {
      merges.add(List.of(merge));
    }
    model.put("type", "BPE");
    model.put("byte_fallback", true);
    model.put("ignore_merges", false);
    model.put("vocab", pieces);
    model.put("merges", merges);
    root.put("version", "1.0");
    root.put("added_tokens", new ArrayList<>());
    root.put(
        "normalizer",
        Json.object("type", "Replace", "pattern", Json.object("String", " "), "content", "\u2581"));
    root.put(
        "pre_tokenizer",
        Json.object(
            "type",
            "Split",
            "pattern",
            Json.object("String", " "),
            "behavior",
            "MergedWithPrevious",
            "invert",
            false));
    root.put("model", model);
  }

  TinyVocabulary with(String name, Object value) {
    root.put(name, value);
    return this;
  }

  TinyVocabulary withModel(String name, Object value) {
    model.put(name, value);
    return this;
  }

  TinyVocabulary without(String piece) {
    pieces.remove(piece);
    return this;
  }

  TinyVocabulary withAdded(String content, String rule, boolean value) {
    List<Object> all = new ArrayList<>(Json.list(root.get("added_tokens")));
    all.add(Json.object("content", content, rule, value));
    return with("added_tokens", all);
  }

  /** Writes the file. */
  Path write(Path folder) throws IOException {
    byte[] json = Json.write(root, Json.Style.PRETTY).getBytes(StandardCharsets.UTF_8);
    return Files.write(folder.resolve("tokenizer.json"), json);
  }

  /** Tokens of a text with this vocabulary. */
  long count(Path folder, String text) throws IOException {
    return Counting.count(TokenCounters.load(write(folder)).counter(), text);
  }
}
