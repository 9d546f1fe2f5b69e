package io.geminirelay.bench.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A text whose exact token count is known.
 *
 * @param kind what sort of text it is, for example {@code code-c}
 * @param text the text
 * @param tokens its tokens under the real vocabulary
 */
public record KnownText(String kind, String text, int tokens) {
  /** Where the texts are, seen from the project. */
  private static final Path BESIDE = Path.of("../shared/tokens/texts.jsonl");

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Reads a file of texts, one JSON object a line.
   *
   * @param given the file, or null for the one beside the project or in the folder that {@code
   *     GEMINI_RELAY_SHARED} names
   * @throws NoSuchFileException if there is none
   */
  public static List<KnownText> read(@org.jspecify.annotations.Nullable Path given)
      throws IOException {
    Path file = given == null ? standard() : given;
    List<KnownText> texts = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(Files.newInputStream(file))) {
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        texts.add(one(parser));
      }
    }
    return texts;
  }

  private static Path standard() throws NoSuchFileException {
    if (Files.exists(BESIDE)) {
      return BESIDE;
    }
    String shared = System.getenv("GEMINI_RELAY_SHARED");
    Path other = shared == null ? BESIDE : Path.of(shared, "tokens", "texts.jsonl");
    if (!Files.exists(other)) {
      throw new NoSuchFileException(other.toString(), null, "no texts with known counts there");
    }
    return other;
  }

  private static KnownText one(JsonParser parser) throws IOException {
    String kind = "";
    String text = "";
    int tokens = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "kind" -> kind = parser.getText();
        case "text" -> text = parser.getText();
        case "tokens" -> tokens = parser.getIntValue();
        default -> parser.skipChildren();
      }
    }
    return new KnownText(kind, text, tokens);
  }
}
