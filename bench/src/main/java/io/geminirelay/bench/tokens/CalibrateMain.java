package io.geminirelay.bench.tokens;

import io.geminirelay.base.tokens.TokenWeights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Derives the weights of the token estimate from texts with known counts, always the same. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = "Derives the weights of the token estimate from texts with known counts.")
public final class CalibrateMain implements Callable<Integer> {
  private static final String HEAD =
      """
      # Weights of the token estimate (TokenWeights), derived by io.geminirelay.bench.tokens.CalibrateMain
      # from %d texts with %d tokens whose counts under the Gemma 3 vocabulary are known. Do not edit:
      # scripts/bench --calibrate writes this file anew, the same from the same texts on every machine.
      # A row: its first slot, then one weight a character. P is nought; n characters after P (before P)
      # is a weight of 4 (n / 46)^2 (or minus that). Long runs of nought are left out.
      """;

  @Option(names = "--texts", paramLabel = "FILE", description = "Standard: ../shared/tokens.")
  private @Nullable Path texts;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "What to write; standard: the product's own file, in its sources.")
  private Path out =
      Path.of("proxy-engine/src/main/resources/io/geminirelay/base/tokens", TokenWeights.FILE);

  @Option(names = "--check", description = "Write nothing; fail if the product's file differs.")
  private boolean check;

  /** Runs and exits: 0 when done; 1 when the check fails or there are no texts. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new CalibrateMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    List<KnownText> known;
    try {
      known = KnownText.read(texts);
    } catch (NoSuchFileException e) {
      System.err.println("calibrate: " + e.getMessage());
      return 1;
    }
    byte[] levels = levels(known);
    if (check) {
      boolean same = Arrays.equals(levels, TokenWeights.levels());
      System.out.println("the weights are " + (same ? "" : "NOT ") + "those of the product");
      return same ? 0 : 1;
    }
    String head = HEAD.formatted(known.size(), known.stream().mapToLong(KnownText::tokens).sum());
    Files.writeString(out, head + TokenWeights.rows(levels), StandardCharsets.US_ASCII);
    System.out.println("wrote " + out + ", " + Files.size(out) + " bytes");
    return 0;
  }

  /** The weights fitted to these texts, as the product keeps them. */
  static byte[] levels(List<KnownText> known) {
    double[] weights = Fit.of(known.stream().map(TextSlots::of).toList());
    byte[] levels = new byte[weights.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) TokenWeights.level(weights[i]);
    }
    return levels;
  }
}
