package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How much each client address may still ask: a bucket for each that has asked of late.
 *
 * <p>A full bucket tells no more than none, so those that have filled up are let go of; no timer is
 * needed for that: each new address looks at a few of the others in turn. Where there are as many
 * as may be and none is full, the fullest of those looked at goes: of an attacker's thousands of
 * addresses each has hardly asked, and who has asked much stays bound.
 *
 * <p>An IPv6 address counts by its first 64 bits, since whoever has one has all of its network.
 * Lock-free; one for all event loops.
 */
public final class AddressLimits {
  private static final int MOST = 100_000;
  private static final int LOOKED_AT = 8;
  private static final int ROUNDS = 4;

  /** Marks IPv4 addresses; as an IPv6 network it would be one that is reserved (RFC 4291). */
  private static final long V4 = 1L << 32;

  private final RefillRate rate;
  private final int most;
  private final ConcurrentHashMap<Long, TokenBucket> buckets = new ConcurrentHashMap<>();

  /** Where the last look of an event loop stopped. */
  private final FastThreadLocal<Iterator<Map.Entry<Long, TokenBucket>>> looks =
      new FastThreadLocal<>();

  /**
   * Limits.
   *
   * @param perMinute requests a minute; at least 1
   * @param burst requests at once; at least 1
   */
  public AddressLimits(long perMinute, int burst, TimeSource time) {
    this(perMinute, burst, time, MOST);
  }

  AddressLimits(long perMinute, int burst, TimeSource time, int most) {
    this.rate = new RefillRate(perMinute, burst, time);
    this.most = most;
  }

  /**
   * Counts a request of {@code address}, if it may be made.
   *
   * @return 0 if it may; otherwise nanoseconds until the next one may be
   */
  public long take(InetAddress address) {
    Long key = key(address);
    while (true) {
      TokenBucket known = buckets.get(key);
      TokenBucket bucket = known == null ? new TokenBucket(rate) : known;
      if (known == null && buckets.putIfAbsent(key, bucket) != null) {
        continue;
      }
      if (bucket.tryTake(1)) {
        if (known == null) {
          sweep();
        }
        return 0;
      }
      if (!bucket.isRetired()) {
        return Math.max(1, bucket.waitNanos(1));
      }
      buckets.remove(key, bucket);
    }
  }

  /** Addresses that are remembered at the moment. */
  public long size() {
    return buckets.mappingCount();
  }

  private static long key(InetAddress address) {
    byte[] bytes = address.getAddress();
    long key = 0;
    for (int i = 0; i < Math.min(bytes.length, Long.BYTES); i++) {
      key = key << Byte.SIZE | (bytes[i] & 0xFF);
    }
    return bytes.length == Integer.BYTES ? V4 | key : key;
  }

  /** Looks at some of the buckets; afterwards there are as many as may be, or fewer. */
  private void sweep() {
    Map.Entry<Long, TokenBucket> fullest = removeFull();
    for (int i = 0; i < ROUNDS && fullest != null && size() > most; i++) {
      remove(fullest, Long.MAX_VALUE / 2);
      fullest = removeFull();
    }
  }

  /** Lets go of the full ones among some; the fullest of the others, or null. */
  private Map.@Nullable Entry<Long, TokenBucket> removeFull() {
    Map.Entry<Long, TokenBucket> fullest = null;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < LOOKED_AT; i++) {
      Map.Entry<Long, TokenBucket> seen = next();
      if (seen == null) {
        return fullest;
      }
      long missing = seen.getValue().missingNanos();
      if (missing == 0) {
        remove(seen, 0);
      } else if (missing < least) {
        least = missing;
        fullest = seen;
      }
    }
    return fullest;
  }

  private Map.@Nullable Entry<Long, TokenBucket> next() {
    Iterator<Map.Entry<Long, TokenBucket>> look = looks.get();
    if (look == null || !look.hasNext()) {
      look = buckets.entrySet().iterator();
      looks.set(look);
    }
    return look.hasNext() ? look.next() : null;
  }

  private void remove(Map.Entry<Long, TokenBucket> entry, long missing) {
    if (entry.getValue().retire(missing)) {
      buckets.remove(entry.getKey(), entry.getValue());
    }
  }
}
