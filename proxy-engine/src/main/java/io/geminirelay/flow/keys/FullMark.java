package io.geminirelay.flow.keys;

/**
 * The fact that requests from some size on do not fit until some moment, in one word: the size in
 * the upper half, the moment in the lower.
 *
 * <p>A fact ends by the clock alone, so that nobody has to sweep, and one that comes late does no
 * harm. It is never believed for longer than {@link #MOST_NANOS}: what is given back makes room
 * earlier than was foreseen. Pure.
 */
final class FullMark {
  /** How long a fact is believed at most. */
  static final long MOST_NANOS = 250_000_000L;

  private static final int SIZE_BITS = 32;
  private static final long NO_SIZE = Integer.MAX_VALUE;

  /** About a millisecond; 32 bits of them span 50 days. */
  private static final int TICK_BITS = 20;

  private static final int MOST_TICKS = (int) (MOST_NANOS >> TICK_BITS) + 1;

  /** No fact. */
  static final long NONE = NO_SIZE << SIZE_BITS;

  private FullMark() {}

  /** That requests of {@code tokens} and more do not fit for {@code waitNanos} from now. */
  static long of(long tokens, long waitNanos, long now) {
    // Rounded down: a key is asked too early rather than passed over although it has room.
    int until = (int) ((now + Math.min(waitNanos, MOST_NANOS)) >> TICK_BITS);
    return Math.min(tokens, NO_SIZE - 1) << SIZE_BITS | until & 0xffff_ffffL;
  }

  /** What {@code quota} says after it had no room for {@code tokens}. */
  static long of(ModelQuota quota, long tokens, long now) {
    long forAny = quota.waitNanos(0, now);
    return forAny > 0 ? of(0, forAny, now) : of(tokens, quota.waitNanos(tokens, now), now);
  }

  /** Whether {@code mark} says that {@code tokens} do not fit now. */
  static boolean refuses(long mark, long tokens, long now) {
    int left = (int) mark - (int) (now >> TICK_BITS);
    return left > 0 && left <= MOST_TICKS && tokens >= mark >>> SIZE_BITS;
  }

  /** What is true of two keys, each of which refuses something now. */
  static long both(long one, long other) {
    long size = Math.max(one >>> SIZE_BITS, other >>> SIZE_BITS);
    int until = (int) one - (int) other < 0 ? (int) one : (int) other;
    return size << SIZE_BITS | until & 0xffff_ffffL;
  }
}
