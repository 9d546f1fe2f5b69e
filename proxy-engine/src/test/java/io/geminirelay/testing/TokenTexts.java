package io.geminirelay.testing;

import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The texts with known token counts that lie beside the project, in {@code shared/tokens}, and the
 * vocabulary they were counted with. A test that asks for them where they are not is skipped.
 *
 * <p>The vocabulary is the file that {@code GEMINI_RELAY_VOCABULARY} names, or {@value #FILE} below
 * the working directory or one of those above it, where {@code scripts/test} puts it.
 */
public final class TokenTexts {
  private static final String FILE = "target/vocabulary/tokenizer.json";

  private TokenTexts() {}

  /**
   * A text with its count.
   *
   * @param kind what it is, such as {@code code-py}
   * @param text the text
   * @param tokens tokens, without special ones
   */
  public record Counted(String kind, String text, long tokens) {
    /** The text as it comes over the wire. */
    public byte[] utf8() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** All texts; skips the test if there are none. */
  public static List<Counted> all() {
    List<Counted> all = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Corpus.shared().resolve("tokens/texts.jsonl"))) {
        Map<String, Object> read = Json.map(Json.parse(line.getBytes(StandardCharsets.UTF_8)));
        String text = String.valueOf(read.get("text"));
        long tokens = ((Number) read.getOrDefault("tokens", -1)).longValue();
        all.add(new Counted(String.valueOf(read.get("kind")), text, tokens));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** The vocabulary's file; skips the test if it is not there. */
  public static Path vocabulary() {
    Path found = find(Path.of("").toAbsolutePath(), System.getenv("GEMINI_RELAY_VOCABULARY"));
    String missing = "no vocabulary in " + FILE + ": scripts/test gets it where npm is installed";
    return found != null ? found : Assumptions.abort(missing);
  }

  private static @Nullable Path find(Path workingDirectory, @Nullable String given) {
    if (given != null && Files.isRegularFile(Path.of(given))) {
      return Path.of(given);
    }
    for (Path up = workingDirectory; up != null; up = up.getParent()) {
      if (Files.isRegularFile(up.resolve(FILE))) {
        return up.resolve(FILE);
      }
    }
    return null;
  }
}
