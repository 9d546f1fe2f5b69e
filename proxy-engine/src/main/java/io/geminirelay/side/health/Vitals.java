package io.geminirelay.side.health;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the health pages look. Each supplier is called on event loops, must be thread safe and must
 * answer at once.
 *
 * @param version of the program
 * @param draining whether the gateway is stopping
 * @param usableKeys keys that could serve a request now
 * @param inFlight requests begun and not ended, that for the page included
 * @param report the details
 */
public record Vitals(
    String version,
    BooleanSupplier draining,
    LongSupplier usableKeys,
    LongSupplier inFlight,
    Supplier<HealthReport> report) {

  /** The state in one word: {@code ok}, {@code draining} or {@code no_usable_key}. */
  String status() {
    if (draining.getAsBoolean()) {
      return "draining";
    }
    return usableKeys.getAsLong() > 0 ? "ok" : "no_usable_key";
  }
}
