package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.scan.EventForms;
import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.testing.ScannerFacts;
import java.util.List;

/** The stream watch: an answer's facts do not depend on its cut, whatever the answer. */
class StreamScannerFuzz {
  /** Each byte is read in the first cut; those that know forms learn them from cut to cut. */
  @FuzzTest
  void readsAnswersAlikeHoweverCut(byte[] answer) {
    EventForms forms = new EventForms();
    boolean[] plain = {true};
    Cuts.alike(
        answer,
        pieces -> {
          StreamScanner scanner = new StreamScanner(plain[0] ? null : forms);
          plain[0] = false;
          pieces.feed(
              (buf, from, to) -> {
                scanner.look(buf, from, to);
                assertTrue(scanner.errorEnd() <= scanner.offset());
              });
          scanner.end();
          assertTrue(scanner.offset() <= answer.length);
          return List.of(ScannerFacts.of(scanner), scanner.endedCleanly());
        });
  }
}
