package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.TimeSource;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How much each client address may still ask: a bucket for each that has asked of late, in a table
 * of fixed size.
 *
 * <p>Each address has eight places in the table, by a hash. One that is not there takes an empty
 * place, else that of the fullest of the eight buckets: a full one tells no more than none, and of
 * an attacker's thousands of addresses each has hardly asked, while who has asked much stays bound.
 * So a request looks at eight places at most, however many addresses there are or once were, and
 * nothing has to be swept.
 *
 * <p>An IPv6 address counts by its network, see {@link Caller#networkOf}. Lock-free; one for all
 * event loops. Where two of them bring in the same address at the same moment, a request of it may
 * go uncounted.
 */
public final class AddressLimits {
  /** Half a megabyte of places, and six of buckets when all are taken. */
  private static final int PLACES = 1 << 17;

  private static final int PLACES_EACH = 8;

  /** Spreads keys over the upper bits (D. Knuth, The Art of Computer Programming, 6.4). */
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private final RefillRate rate;
  private final AtomicReferenceArray<@Nullable Place> places;

  /** Whose bucket it is. */
  private record Place(long network, TokenBucket bucket) {
    /** The less, the sooner another may have the place. */
    long worth() {
      return bucket.isRetired() ? -1 : bucket.missingNanos();
    }
  }

  /**
   * Limits.
   *
   * @param perMinute requests a minute; at least 1
   * @param burst requests at once; at least 1
   */
  public AddressLimits(long perMinute, int burst, TimeSource time) {
    this(perMinute, burst, time, PLACES);
  }

  /**
   * Limits.
   *
   * @param places places of the table; a power of two, at least 8
   */
  AddressLimits(long perMinute, int burst, TimeSource time, int places) {
    this.rate = new RefillRate(perMinute, burst, time);
    this.places = new AtomicReferenceArray<>(places);
  }

  /**
   * Counts a request of {@code address}, if it may be made.
   *
   * @return 0 if it may; otherwise nanoseconds until the next one may be
   */
  public long take(InetAddress address) {
    long network = Caller.networkOf(address);
    int first = firstPlace(network);
    while (true) {
      Place known = find(network, first);
      if (known == null) {
        bringIn(network, first);
      } else if (known.bucket.tryTake(1)) {
        return 0;
      } else if (!known.bucket.isRetired()) {
        return Math.max(1, known.bucket.waitNanos(1));
      }
    }
  }

  private int firstPlace(long network) {
    long folded = (network ^ network >>> Integer.SIZE) * GOLDEN_RATIO;
    int sets = places.length() / PLACES_EACH;
    return ((int) (folded >>> Integer.SIZE) & (sets - 1)) * PLACES_EACH;
  }

  private @Nullable Place find(long network, int first) {
    for (int i = first; i < first + PLACES_EACH; i++) {
      Place place = places.get(i);
      if (place != null && place.network == network && !place.bucket.isRetired()) {
        return place;
      }
    }
    return null;
  }

  /** Makes a full bucket, unless another loop was in the way: then all is to be looked at again. */
  private void bringIn(long network, int first) {
    int at = first;
    long least = Long.MAX_VALUE;
    for (int i = first; i < first + PLACES_EACH && least >= 0; i++) {
      Place place = places.get(i);
      long worth = place == null ? -1 : place.worth();
      if (worth < least) {
        least = worth;
        at = i;
      }
    }
    Place old = places.get(at);
    // Out of use before it is out of the table, so that no draw on it is lost.
    boolean free = old == null || old.bucket.isRetired() || old.bucket.retire(least);
    if (free && places.compareAndSet(at, old, new Place(network, new TokenBucket(rate)))) {
      dropTwins(network, first);
    }
  }

  /** Of two loops that bring in the same address, the later one sees both. */
  private void dropTwins(long network, int first) {
    Place kept = null;
    for (int i = first; i < first + PLACES_EACH; i++) {
      Place place = places.get(i);
      if (place == null || place.network != network || place.bucket.isRetired()) {
        continue;
      }
      if (kept == null) {
        kept = place;
      } else {
        place.bucket.retire(Long.MAX_VALUE / 2);
      }
    }
  }
}
