package io.geminirelay.flow.keys;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Requests and tokens of the last minute, counted as Google counts them: over a minute that slides.
 *
 * <p>Time is cut into slots. A use is counted in the slot of its moment and leaves with that slot,
 * after {@link #SPAN_NANOS} at the earliest and one slot later at the latest: a use never leaves
 * too early. The span is a minute and a guard. Google counts a request when it arrives there, which
 * is later than here by the way to it, and that way differs: some 150 ms where a connection has to
 * be made and a TLS handshake done, next to nothing on an open one. Where a slow request is
 * followed a minute later by a quick one, Google sees them nearer to each other than they were
 * sent.
 *
 * <p>Requests and tokens share their words, so that one compare-and-set draws both or neither. Each
 * slot is a word that carries the lap it belongs to; the sum is another. What is added to the sum
 * is added to exactly one slot, and what a slot holds leaves the sum exactly once: when the slot
 * turns over, which whoever comes first does for all. In between the sum is too high for an
 * instant, never too low. A slot takes up to 65,535 requests and 2^32 tokens; what goes beyond is
 * not counted. Memory is constant, 2 KiB; nothing is allocated afterwards. Thread safe, without
 * lock.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/rate-limits">Rate limits</a>
 */
final class QuotaWindow {
  static final int SLOTS = 256;

  /** How much longer than {@link #SPAN_NANOS} a use may be counted. */
  static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(236);

  /** How long a use is counted at least: 60.18 s. */
  static final long SPAN_NANOS = (SLOTS - 1) * SLOT_NANOS;

  /** Tokens of one request at most; more are counted as that many. */
  static final long MOST_TOKENS = 1L << 26;

  // A slot's word: 16 bits of lap, 16 of requests, 32 of tokens.
  private static final int LAP_SHIFT = 48;
  private static final int SLOT_REQUEST_SHIFT = 32;
  private static final long LAP_MASK = 0xFFFF;
  // Laps come again after weeks: what is further ahead than a thread can lag is of the past.
  private static final long MOST_LAPS_BEHIND = 256;
  private static final long SLOT_REQUEST_MASK = 0xFFFF;
  private static final long SLOT_TOKEN_MASK = (1L << SLOT_REQUEST_SHIFT) - 1;

  // The sum's word: 24 bits of requests, 40 of tokens, enough for the slots all full.
  private static final int SUM_REQUEST_SHIFT = 40;
  private static final long SUM_TOKEN_MASK = (1L << SUM_REQUEST_SHIFT) - 1;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
  private final AtomicLong sum = new AtomicLong();
  private final AtomicLong newest;
  private final long origin;

  /** An empty window. */
  QuotaWindow(long now) {
    // A lap of its own before the first use, for the threads whose time is a little behind.
    origin = now - SLOTS * SLOT_NANOS;
    newest = new AtomicLong(SLOTS);
    slots.set(0, lap(SLOTS) << LAP_SHIFT);
  }

  /** Requests counted at the moment. */
  long requests(long now) {
    turn(now);
    return requestsOf(sum.get());
  }

  /** Tokens counted at the moment. */
  long tokens(long now) {
    turn(now);
    return tokensOf(sum.get());
  }

  /** Requests and tokens of one moment, for {@link #requestsOf} and {@link #tokensOf}. */
  long used(long now) {
    turn(now);
    return sum.get();
  }

  static long requestsOf(long used) {
    return used >>> SUM_REQUEST_SHIFT;
  }

  static long tokensOf(long used) {
    return used & SUM_TOKEN_MASK;
  }

  /** Counts a request with {@code tokens} from 0 to {@link #MOST_TOKENS}. */
  void add(long tokens, long now) {
    turn(now);
    sum.addAndGet(sumWord(1, tokens));
    put(1, tokens, now);
  }

  /** Counts so many requests and tokens of {@code now}, or takes back such as are less than 0. */
  void adjust(long requests, long tokens, long now) {
    turn(now);
    int more = (int) Math.max(0, Math.min(requests, SLOT_REQUEST_MASK));
    long moreTokens = Math.max(0, Math.min(tokens, MOST_TOKENS));
    if (more > 0 || moreTokens > 0) {
      sum.addAndGet(sumWord(more, moreTokens));
      put(more, moreTokens, now);
    }
    long less = Math.max(0, -requests);
    long lessTokens = Math.max(0, -tokens);
    // When what is taken back was counted is not known: the newest stays counted longest.
    long last = newest.get();
    for (long slot = last; slot > last - SLOTS && (less > 0 || lessTokens > 0); slot--) {
      long taken = takeFrom(slot, less, lessTokens);
      less -= requestsOf(taken);
      lessTokens -= tokensOf(taken);
    }
  }

  /**
   * Counts a request unless more than {@code mostRequests} or {@code mostTokens} would be counted
   * then. Tokens that could never fit do where no others are counted.
   */
  boolean tryAdd(long tokens, long mostRequests, long mostTokens, long now) {
    turn(now);
    long before;
    do {
      before = sum.get();
      if (!fits(requestsOf(before), tokensOf(before), tokens, mostRequests, mostTokens)) {
        return false;
      }
    } while (!sum.compareAndSet(before, before + sumWord(1, tokens)));
    put(1, tokens, now);
    return true;
  }

  private static boolean fits(
      long requests, long used, long tokens, long mostRequests, long mostTokens) {
    return requests < mostRequests
        && (used + tokens <= mostTokens || (used == 0 && mostTokens > 0));
  }

  /**
   * Takes back what was counted at {@code atNanos}: all, a part, or nothing when it is no longer
   * counted. How much, for {@link #requestsOf} and {@link #tokensOf}.
   */
  long takeBack(int requests, long tokens, long atNanos) {
    return takeFrom(slotOf(atNanos), requests, tokens);
  }

  private long takeFrom(long slot, long requests, long tokens) {
    int index = (int) (slot & (SLOTS - 1));
    while (true) {
      long word = slots.get(index);
      if (word >>> LAP_SHIFT != lap(slot)) {
        return 0;
      }
      long fewer = Math.min(requests, slotRequests(word));
      long less = Math.min(tokens, slotTokens(word));
      if (slots.compareAndSet(index, word, word - slotWord(fewer, less))) {
        sum.addAndGet(-sumWord(fewer, less));
        return sumWord(fewer, less);
      }
    }
  }

  /**
   * Counts more tokens with a request of {@code atNanos}, if that is still counted; whether it is.
   */
  boolean addTokens(long tokens, long atNanos, long now) {
    turn(now);
    long slot = slotOf(atNanos);
    boolean counted = slots.get((int) (slot & (SLOTS - 1))) >>> LAP_SHIFT == lap(slot);
    if (counted) {
      sum.addAndGet(sumWord(0, tokens));
      put(0, tokens, atNanos);
    }
    return counted;
  }

  /** Nanoseconds until {@link #tryAdd} can succeed if nothing is added; 0 when it could now. */
  long waitNanos(long tokens, long mostRequests, long mostTokens, long now) {
    turn(now);
    long used = sum.get();
    long requests = requestsOf(used);
    long before = tokensOf(used);
    long last = newest.get();
    for (long slot = last - SLOTS + 1; slot <= last; slot++) {
      if (fits(requests, before, tokens, mostRequests, mostTokens)) {
        return slot == last - SLOTS + 1 ? 0 : Math.max(1, endOf(slot - 1) - now);
      }
      long word = slots.get((int) (slot & (SLOTS - 1)));
      requests -= slotRequests(word);
      before -= slotTokens(word);
    }
    return Math.max(1, endOf(last) - now);
  }

  /** What of the present count will still be counted at {@code atNanos}, as in {@link #used}. */
  long usedAt(long atNanos, long now) {
    turn(now);
    long used = sum.get();
    long requests = requestsOf(used);
    long tokens = tokensOf(used);
    long last = newest.get();
    for (long slot = last - SLOTS + 1; slot <= last && endOf(slot) - atNanos <= 0; slot++) {
      long word = slots.get((int) (slot & (SLOTS - 1)));
      requests -= slotRequests(word);
      tokens -= slotTokens(word);
    }
    // What was added since the sum was read is in the slots alone.
    return sumWord(Math.max(0, requests), Math.max(0, tokens));
  }

  /** Empties the slots whose time is over. */
  private void turn(long now) {
    long slot = slotOf(now);
    long last = newest.get();
    if (slot <= last) {
      return;
    }
    // Nothing of so long ago is of now, whatever its lap looks like.
    boolean allOver = slot - last >= SLOTS;
    for (long each = Math.max(last + 1, slot - SLOTS + 1); each <= slot; each++) {
      empty(each, allOver ? lap(last) : lap(each));
    }
    while (last < slot && !newest.compareAndSet(last, slot)) {
      last = newest.get();
    }
  }

  /**
   * Makes the place of {@code slot} ready for it, unless that is done, or another thread has made
   * it ready for a later one.
   *
   * @param oldLap what is of this lap, or of few before, is of the past however it looks: laps come
   *     again. Else it would be taken for what a thread ahead has done, or that for the past, and
   *     the place of the newest slot be left to a lap that is over
   */
  private void empty(long slot, long oldLap) {
    int index = (int) (slot & (SLOTS - 1));
    while (true) {
      long word = slots.get(index);
      long lap = word >>> LAP_SHIFT;
      long ahead = (lap(slot) - lap) & LAP_MASK;
      boolean old = oldLap != lap(slot) && ((oldLap - lap) & LAP_MASK) <= MOST_LAPS_BEHIND;
      if (ahead == 0 || (!old && ahead > LAP_MASK - MOST_LAPS_BEHIND)) {
        return;
      }
      if (slots.compareAndSet(index, word, lap(slot) << LAP_SHIFT)) {
        sum.addAndGet(-sumWord(slotRequests(word), slotTokens(word)));
        return;
      }
    }
  }

  /** Puts what is in the sum already into the slot of {@code atNanos}. */
  private void put(int requests, long tokens, long atNanos) {
    long slot = slotOf(atNanos);
    while (true) {
      int index = (int) (slot & (SLOTS - 1));
      long word = slots.get(index);
      if (word >>> LAP_SHIFT != lap(slot)) {
        // This thread was stopped for a minute, or its time is that old.
        slot = newest.get();
        empty(slot, lap(slot));
      } else if (slotRequests(word) + requests > SLOT_REQUEST_MASK
          || slotTokens(word) + tokens > SLOT_TOKEN_MASK) {
        sum.addAndGet(-sumWord(requests, tokens));
        return;
      } else if (slots.compareAndSet(index, word, word + slotWord(requests, tokens))) {
        return;
      }
    }
  }

  private long slotOf(long nanos) {
    return Math.floorDiv(nanos - origin, SLOT_NANOS);
  }

  /** When what {@code slot} counts is no longer counted. */
  private long endOf(long slot) {
    return origin + (slot + SLOTS) * SLOT_NANOS;
  }

  private static long lap(long slot) {
    return Math.floorDiv(slot, SLOTS) & LAP_MASK;
  }

  private static long slotRequests(long word) {
    return (word >>> SLOT_REQUEST_SHIFT) & SLOT_REQUEST_MASK;
  }

  private static long slotTokens(long word) {
    return word & SLOT_TOKEN_MASK;
  }

  private static long slotWord(long requests, long tokens) {
    return (requests << SLOT_REQUEST_SHIFT) | tokens;
  }

  private static long sumWord(long requests, long tokens) {
    return (requests << SUM_REQUEST_SHIFT) + tokens;
  }
}
