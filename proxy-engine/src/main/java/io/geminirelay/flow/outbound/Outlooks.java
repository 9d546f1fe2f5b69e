package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Demand;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;

/**
 * What was foreseen of late, for requests like it: to foresee means to look at every key, and a
 * flood of requests that find none must not cost that each. Thread safe.
 */
final class Outlooks {
  /** How long what was foreseen holds for requests that know nothing newer. */
  static final long HOLDS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int MAX_KNOWN = 256;

  /** Requests of a size, or crowds, are alike when they differ by less than this part. */
  private static final int ALIKE = 16;

  private final TimeSource time;
  private final ToLongFunction<Demand> keys;
  private final ToLongBiFunction<Demand, Long> whole;
  private final Map<Kind, Outlook> known = new ConcurrentHashMap<>();

  private record Kind(String model, List<String> groups, int tokenBits, int aheadBits) {}

  /**
   * What is thought to come.
   *
   * @param tokens size of the request it was asked for
   * @param ahead others before that request
   * @param waitNanos time until some key can serve it, as the selector says
   * @param forecastNanos time by which it is thought to be served, its target's breakers included
   * @param asOfNanos when that was, on the time source's ticker
   */
  record Outlook(long tokens, long ahead, long waitNanos, long forecastNanos, long asOfNanos) {
    private boolean fits(Demand demand, long others) {
      // Whether a key has room now, or ever will, may hang on a single token.
      boolean edge = waitNanos == 0 || waitNanos == Long.MAX_VALUE;
      boolean size = demand.tokens() == tokens || (!edge && alike(demand.tokens(), tokens));
      return size && (ahead == others || alike(others, ahead));
    }

    private static boolean alike(long one, long other) {
      return Math.abs(one - other) <= other / ALIKE;
    }
  }

  /**
   * Knows nothing yet.
   *
   * @param keys time until a key can serve a request
   * @param whole time by which a request is thought to be served with so many before it
   */
  Outlooks(TimeSource time, ToLongFunction<Demand> keys, ToLongBiFunction<Demand, Long> whole) {
    this.time = time;
    this.keys = keys;
    this.whole = whole;
  }

  /**
   * What is thought to come for a request with {@code ahead} others before it.
   *
   * @param afterNanos what was foreseen then or before is not good enough
   */
  Outlook of(Demand demand, long ahead, long afterNanos) {
    Kind kind = new Kind(demand.model(), demand.groups(), bits(demand.tokens()), bits(ahead));
    Outlook last = known.get(kind);
    if (last != null && last.asOfNanos() - afterNanos > 0 && last.fits(demand, ahead)) {
      return last;
    }
    long now = time.nanoTime();
    Outlook made =
        new Outlook(
            demand.tokens(),
            ahead,
            keys.applyAsLong(demand),
            whole.applyAsLong(demand, ahead),
            now);
    if (known.size() >= MAX_KNOWN) {
      known.clear();
    }
    known.put(kind, made);
    return made;
  }

  private static int bits(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros(value);
  }
}
