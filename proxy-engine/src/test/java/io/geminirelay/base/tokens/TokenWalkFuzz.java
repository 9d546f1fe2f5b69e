package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.fuzz.Cuts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The token guard's count: the same for every cut, and but for media no more than the body has
 * bytes, since that is what lets short bodies pass uncounted.
 */
class TokenWalkFuzz {
  private static final TokenCounters COUNTERS = counters();

  /** Names, as the parser sees them, under which media are named. */
  private static final List<String> MEDIA =
      List.of("\\", "data", "file", "image", "audio", "video", "uri", "url");

  private static TokenCounters counters() {
    try {
      Path folder = Files.createTempDirectory("vocabulary");
      Path file = new TinyVocabulary().write(folder);
      try {
        return TokenCounters.load(file);
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @FuzzTest
  void countsAlikeHoweverCut(byte[] body) {
    for (PromptForm form : PromptForm.values()) {
      for (String model : List.of("", "gemini-2.5-flash", "gemini-3-pro")) {
        List<Long> found = Cuts.alike(body, pieces -> count(pieces, form, model));
        long tokens = found.get(1);
        assertTrue(tokens >= 0, () -> tokens + " tokens");
        String text =
            new String(body, StandardCharsets.ISO_8859_1).toLowerCase(java.util.Locale.ROOT);
        if (found.get(0) == 1 && MEDIA.stream().noneMatch(text::contains)) {
          assertTrue(tokens <= body.length, () -> tokens + " tokens in " + body.length + " bytes");
        }
      }
    }
  }

  /**
   * Whether the body was whole, and its tokens; those of a refused body depend on where it broke.
   */
  private static List<Long> count(Cuts.Pieces pieces, PromptForm form, String model) {
    TokenWalk walk = new TokenWalk(COUNTERS.counter(), form, model);
    try {
      pieces.feed(walk::look);
      boolean whole = walk.finish();
      assertTrue(walk.tokens() >= 0);
      return List.of(whole ? 1L : 0L, whole ? walk.tokens() : 0L);
    } finally {
      walk.release();
    }
  }
}
