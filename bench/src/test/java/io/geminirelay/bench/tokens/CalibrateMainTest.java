package io.geminirelay.bench.tokens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.base.tokens.TokenWeights;
import io.geminirelay.testing.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("once")
class CalibrateMainTest {
  @Test
  void calibrationGivesTheProductsOwnWeightsAgain() throws IOException {
    Path file = Corpus.shared().resolve("tokens/texts.jsonl");
    Assumptions.assumeTrue(Files.exists(file), "no shared/tokens beside the project");
    assertArrayEquals(TokenWeights.levels(), CalibrateMain.levels(KnownText.read(file)));
  }

  @Test
  void learnsWhatTheTextsTell() {
    List<KnownText> texts = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      texts.add(new KnownText("words", "ab cd ".repeat(20 * i), 40 * i));
      texts.add(new KnownText("signs", "#=&".repeat(20 * i), 60 * i));
    }
    TokenEstimate estimate = new TokenEstimate(new TokenWeights(CalibrateMain.levels(texts)));
    long[] counts = CrossValidation.count(texts, estimate);
    for (int i = 0; i < counts.length; i++) {
      int tokens = texts.get(i).tokens();
      assertEquals(tokens, counts[i], 2 + 0.1 * tokens, texts.get(i).kind() + " " + i);
    }
  }

  @Test
  void writesAFileAndSaysWhereTextsAreMissing(@TempDir Path folder) throws IOException {
    Path texts = folder.resolve("texts.jsonl");
    Path out = folder.resolve("weights.txt");
    CommandLine calibrate = new CommandLine(new CalibrateMain());
    String[] arguments = {"--texts", texts.toString(), "--out", out.toString()};
    assertEquals(1, calibrate.execute(arguments));
    Files.writeString(texts, "{\"kind\":\"a\",\"text\":\"one two three\",\"tokens\":3}\n");
    assertEquals(0, calibrate.execute(arguments));
    assertTrue(Files.readString(out).startsWith("# Weights of the token estimate"));
  }
}
