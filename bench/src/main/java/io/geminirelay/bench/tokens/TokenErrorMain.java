package io.geminirelay.bench.tokens;

import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.base.tokens.TokenWeights;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how far the token estimate is from known counts, on seen and on unseen texts. */
@Command(
    name = "tokens",
    mixinStandardHelpOptions = true,
    description = {
      "Error of the token estimate by kind of text: the product itself, and calibrated without",
      "the texts that are counted."
    })
public final class TokenErrorMain implements Callable<Integer> {
  @Option(names = "--texts", paramLabel = "FILE", description = "Standard: ../shared/tokens.")
  private @Nullable Path texts;

  @Option(names = "--folds", description = "Of cross-validation; standard: ${DEFAULT-VALUE}.")
  private int folds = 5;

  @Option(
      names = "--by-kind",
      description = "Also calibrate without all texts of the kind that is counted; takes minutes.")
  private boolean byKind;

  /** Runs and exits: 0 when printed; 1 without texts or if the weights cannot be reproduced. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new TokenErrorMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    List<KnownText> known;
    try {
      known = KnownText.read(texts);
    } catch (NoSuchFileException e) {
      System.err.println("tokens: " + e.getMessage());
      return 1;
    }
    ErrorTable table = new ErrorTable(known);
    table.add("estimate", CrossValidation.count(known, new TokenEstimate()));
    table.add(folds + "-fold, unseen text", CrossValidation.byText(known, folds));
    if (byKind) {
      table.add("unseen kind", CrossValidation.byKind(known));
    }
    System.out.print(table.print());
    boolean same = Arrays.equals(CalibrateMain.levels(known), TokenWeights.levels());
    System.out.println(
        "The product's weights are "
            + (same ? "" : "NOT ")
            + "what calibration with these texts gives.");
    return same ? 0 : 1;
  }
}
