package io.geminirelay.side.health;

import io.geminirelay.base.load.Load;
import io.geminirelay.base.state.StoreFigure;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the health pages look. Each supplier is called on event loops, must be thread safe and must
 * answer at once.
 *
 * @param version of the program
 * @param startNanos when it started, on the scale of the time source's ticker
 * @param draining whether the gateway is stopping
 * @param hasUsableKey whether any key could serve a request now or once its rest is over
 * @param usableKeys their number
 * @param inFlight requests begun and not ended, that for the page included
 * @param store how what is kept and shared is
 * @param load how loaded the gateway is
 * @param report the details
 */
public record Vitals(
    String version,
    long startNanos,
    BooleanSupplier draining,
    BooleanSupplier hasUsableKey,
    LongSupplier usableKeys,
    LongSupplier inFlight,
    Supplier<StoreFigure> store,
    Load load,
    HealthReport report) {

  /**
   * The state in one word: {@code ok}, {@code draining}, {@code overloaded} or {@code
   * no_usable_key}. It is ok while some requests are refused under load: were the whole instance
   * left out for it, the next one would have all of its load.
   */
  public String status() {
    if (draining.getAsBoolean()) {
      return "draining";
    }
    if (load.isRefusing()) {
      return "overloaded";
    }
    return hasUsableKey.getAsBoolean() ? "ok" : "no_usable_key";
  }
}
