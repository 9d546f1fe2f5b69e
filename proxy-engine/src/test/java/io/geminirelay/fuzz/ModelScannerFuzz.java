package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.scan.ModelScanner;
import java.util.Arrays;
import java.util.List;

/**
 * The model of a request: the same for every cut, and fit for a log and a URL when there is one.
 */
class ModelScannerFuzz {
  private static final int LONGEST_MODEL_BYTES = 256;

  @FuzzTest
  void findsTheModelAlikeHoweverCut(byte[] request) {
    List<Object> facts =
        Cuts.alike(
            request,
            pieces -> {
              ModelScanner scanner = new ModelScanner();
              pieces.feed(scanner::look);
              ModelScanner.State state = scanner.end();
              return Arrays.asList(
                  state,
                  scanner.model(),
                  scanner.modelRepeated(),
                  scanner.streaming(),
                  scanner.includeUsage());
            });
    if (facts.get(0) == ModelScanner.State.FOUND) {
      String model = String.valueOf(facts.get(1));
      assertFalse(model.chars().anyMatch(Character::isISOControl), model);
      assertTrue(model.length() <= LONGEST_MODEL_BYTES, () -> model.length() + " characters");
    }
  }
}
