package io.geminirelay.base.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.scan.Utf8Decoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code tokenizer.json} as a stream, and refuses what it does not understand: a count that
 * claims to be exact must not be a guess.
 */
final class VocabularyReader {
  /** Without tables of names: the names are the pieces, each of which comes once. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private final Path file;
  private final JsonParser parser;
  private final VocabularyBuilder builder = new VocabularyBuilder();
  private final Map<String, String> model = new LinkedHashMap<>();
  private Map<String, String> normalizer = Map.of();
  private Map<String, String> splitter = Map.of();
  private final List<String> added = new ArrayList<>();
  private boolean hasModel;

  private VocabularyReader(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * Reads the file.
   *
   * @throws IOException if it cannot be read; a {@link VocabularyException} if it is not understood
   */
  static Vocabulary read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        JsonParser parser = JSON.createParser(in)) {
      return new VocabularyReader(file, parser).document();
    } catch (NoSuchFileException e) {
      throw new VocabularyException(file, "does not exist", e);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
      throw new VocabularyException(file, "is no valid JSON" + where, e);
    }
  }

  private Vocabulary document() throws IOException {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "the file");
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      switch (name) {
        case "added_tokens" -> addedTokens();
        case "normalizer" -> normalizer = flat();
        case "pre_tokenizer" -> splitter = flat();
        case "model" -> model();
        default -> {
          parser.nextToken();
          parser.skipChildren();
        }
      }
    }
    check(hasModel, "has no model");
    checkModel();
    return complete();
  }

  private void model() throws IOException {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "model");
    hasModel = true;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      switch (name) {
        case "vocab" -> pieces();
        case "merges" -> merges();
        default -> {
          JsonToken token = parser.nextToken();
          if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            model.put(name, parser.getText());
          }
          parser.skipChildren();
        }
      }
    }
  }

  private void pieces() throws IOException {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "model.vocab");
    for (String piece = parser.nextFieldName(); piece != null; piece = parser.nextFieldName()) {
      expect(parser.nextToken(), JsonToken.VALUE_NUMBER_INT, "a piece of model.vocab");
      String wrong = builder.piece(piece);
      check(wrong == null, "has a piece of model.vocab that " + wrong);
    }
  }

  private void merges() throws IOException {
    check(builder.pieces() > 0, "has model.merges before model.vocab");
    expect(parser.nextToken(), JsonToken.START_ARRAY, "model.merges");
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      String wrong;
      if (token == JsonToken.START_ARRAY) {
        int left = mergedPiece();
        int right = mergedPiece();
        expect(parser.nextToken(), JsonToken.END_ARRAY, "a merge");
        wrong = builder.merge(left, right);
      } else {
        expect(token, JsonToken.VALUE_STRING, "a merge");
        wrong =
            builder.merge(
                parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      }
      check(wrong == null, "has a merge (number " + (builder.merges() + 1) + ") that " + wrong);
    }
  }

  private int mergedPiece() throws IOException {
    expect(parser.nextToken(), JsonToken.VALUE_STRING, "a merge");
    return builder.find(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
  }

  private void addedTokens() throws IOException {
    expect(parser.nextToken(), JsonToken.START_ARRAY, "added_tokens");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Map<String, String> token = flatObject();
      String content = token.get("content");
      check(content != null && !content.isEmpty(), "has an added token without content");
      for (String rule : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        check(
            !"true".equals(token.get(rule)),
            "has the added token " + content + " with " + rule + ", which is not understood");
      }
      if (content != null && !"true".equals(token.get("special"))) {
        added.add(content);
      }
    }
  }

  /** The next value, an object of few and small members or null, by paths like {@code a.b}. */
  private Map<String, String> flat() throws IOException {
    return parser.nextToken() == JsonToken.VALUE_NULL ? Map.of() : flatObject();
  }

  private Map<String, String> flatObject() throws IOException {
    expect(parser.currentToken(), JsonToken.START_OBJECT, "a description");
    Map<String, String> all = new LinkedHashMap<>();
    flatten("", all);
    return all;
  }

  private void flatten(String path, Map<String, String> all) throws IOException {
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT) {
        flatten(path + name + ".", all);
      } else if (token != JsonToken.VALUE_NULL) {
        all.put(path + name, token == JsonToken.START_ARRAY ? "a list" : parser.getText());
        parser.skipChildren();
      }
    }
  }

  private void checkModel() throws VocabularyException {
    String type = model.get("type");
    check("BPE".equals(type), "has a model of type " + type + ", not BPE");
    check("true".equals(model.get("byte_fallback")), "has a model without byte_fallback");
    check(!"true".equals(model.get("ignore_merges")), "has a model with ignore_merges");
    for (String name : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
      check(model.getOrDefault(name, "").isEmpty(), "has a model with " + name);
    }
    check(builder.pieces() > 0, "has a model without vocab");
    check(builder.merges() > 0, "has a model without merges");
    for (int value = 0; value < 256; value++) {
      char[] piece = String.format("<0x%02X>", value).toCharArray();
      boolean found = builder.find(piece, 0, piece.length) != PieceTable.NONE;
      check(found, "has no piece " + new String(piece) + " for byte fallback");
    }
    // Without it an invalid byte would be worth three tokens, and no text may be worth more than
    // its bytes: short bodies pass uncounted.
    char[] replacement = {(char) Utf8Decoder.REPLACEMENT};
    boolean replaces = builder.find(replacement, 0, 1) != PieceTable.NONE;
    check(replaces, "has no piece for U+FFFD, which stands for invalid bytes");
  }

  /** One character may stand for another; a split at the one that is replaced splits nothing. */
  private Vocabulary complete() throws VocabularyException {
    String from = normalizer.get("pattern.String");
    String to = normalizer.get("content");
    if (!normalizer.isEmpty()) {
      boolean simple =
          "Replace".equals(normalizer.get("type"))
              && from != null
              && to != null
              && from.codePointCount(0, from.length()) == 1
              && to.codePointCount(0, to.length()) == 1;
      check(simple, "has a normalizer that is not understood: " + normalizer);
    }
    if (!splitter.isEmpty()) {
      boolean idle =
          "Split".equals(splitter.get("type"))
              && from != null
              && from.equals(splitter.get("pattern.String"))
              && !"true".equals(splitter.get("invert"));
      check(idle, "has a pre_tokenizer that is not understood: " + splitter);
    }
    if (from != null && to != null) {
      builder.replace(from.codePointAt(0), to.codePointAt(0));
    }
    added.forEach(builder::added);
    return builder.build();
  }

  private void expect(@Nullable JsonToken token, JsonToken expected, String what)
      throws VocabularyException {
    if (token != expected) {
      int line = parser.currentLocation().getLineNr();
      check(false, "is not a tokenizer: " + what + " is not as it should be in line " + line);
    }
  }

  private void check(boolean fine, String wrong) throws VocabularyException {
    if (!fine) {
      throw new VocabularyException(file, wrong, null);
    }
  }
}
