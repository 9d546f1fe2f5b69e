package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.TimeSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The repeats that all exchanges together may make in an outage: a share of the requests of the
 * last ten seconds, and a few each second in any case. Lock-free; shared by all loops.
 */
public final class RetryBudget {
  private static final int SLOTS = 10;
  private static final int REQUEST_BITS = 24;
  private static final int REPEAT_BITS = 16;
  private static final long MAX_REQUESTS = (1L << REQUEST_BITS) - 1;
  private static final long MAX_REPEATS = (1L << REPEAT_BITS) - 1;
  private static final long TAG_MASK = (1L << 24) - 1;

  private final double share;
  private final int perSecond;
  private final TimeSource time;
  private final long originNanos;

  /** One word a second: its number, its repeats, its requests. */
  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  /** A budget with the shares of {@code config}. */
  public RetryBudget(OutboundConfig config, TimeSource time) {
    this.share = config.retryBudget();
    this.perSecond = config.minRetriesPerSecond();
    this.time = time;
    this.originNanos = time.nanoTime();
  }

  /** Counts a client's request; called once an exchange. */
  public void request() {
    long second = second();
    int slot = (int) (second % SLOTS);
    while (true) {
      long old = slots.get(slot);
      long fresh = current(old, second);
      if (requests(fresh) == MAX_REQUESTS || slots.compareAndSet(slot, old, fresh + 1)) {
        return;
      }
    }
  }

  /** Takes one repeat from the budget, if there is one. */
  public boolean tryRepeat() {
    long second = second();
    int slot = (int) (second % SLOTS);
    while (true) {
      long old = slots.get(slot);
      long fresh = current(old, second);
      boolean allowed = repeats(fresh) < perSecond || withinShare(second);
      if (!allowed || repeats(fresh) == MAX_REPEATS) {
        return false;
      }
      if (slots.compareAndSet(slot, old, fresh + (1L << REQUEST_BITS))) {
        return true;
      }
    }
  }

  private boolean withinShare(long second) {
    long requests = 0;
    long repeats = 0;
    for (int i = 0; i < SLOTS; i++) {
      long word = slots.get(i);
      long age = (second - tag(word)) & TAG_MASK;
      if (age < SLOTS) {
        requests += requests(word);
        repeats += repeats(word);
      }
    }
    return repeats + 1 <= share * requests;
  }

  private long second() {
    // Counted from 1, so that an untouched slot belongs to no second of the window.
    return TimeUnit.NANOSECONDS.toSeconds(time.nanoTime() - originNanos) + 1;
  }

  private static long current(long word, long second) {
    long tag = second & TAG_MASK;
    return tag(word) == tag ? word : tag << (REQUEST_BITS + REPEAT_BITS);
  }

  private static long tag(long word) {
    return word >>> (REQUEST_BITS + REPEAT_BITS);
  }

  private static long repeats(long word) {
    return word >>> REQUEST_BITS & MAX_REPEATS;
  }

  private static long requests(long word) {
    return word & MAX_REQUESTS;
  }
}
