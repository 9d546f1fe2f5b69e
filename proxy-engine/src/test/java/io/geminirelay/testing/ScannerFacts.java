package io.geminirelay.testing;

import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.base.scan.TokenCounts;
import java.util.Arrays;
import java.util.List;

/** All that a {@link StreamScanner} tells of what it has read so far, to be compared. */
public final class ScannerFacts {
  private ScannerFacts() {}

  /** What {@code scanner} tells now, in a fixed order. */
  public static List<Object> of(StreamScanner scanner) {
    TokenCounts usage = scanner.usage();
    return Arrays.asList(
        scanner.events(),
        scanner.contentSeen(),
        scanner.errorSeen(),
        scanner.errorFirst(),
        scanner.errorCode(),
        scanner.errorStatus(),
        scanner.errorFrom(),
        scanner.errorEnd(),
        scanner.errorRest(),
        scanner.finishReason(),
        scanner.doneSeen(),
        scanner.betweenEvents(),
        scanner.malformed(),
        scanner.offset(),
        usage.prompt(),
        usage.output(),
        usage.thoughts(),
        usage.cached(),
        usage.toolUse(),
        usage.total());
  }
}
