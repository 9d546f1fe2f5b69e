package io.geminirelay.flow.keys;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests and tokens that were drawn here since the other instances were told, in one word: the
 * requests above {@value #SHIFT} bits of tokens, each less than 0 where more were taken back.
 * Thread safe, without lock.
 */
final class DrawCount {
  private static final int SHIFT = 40;

  private final AtomicLong word = new AtomicLong();
  private volatile long muchRequests = Long.MAX_VALUE;
  private volatile long muchTokens = Long.MAX_VALUE;
  private volatile Runnable whenMuch = () -> {};

  /** Counts {@code requests} and {@code tokens}, either of them less than 0 where taken back. */
  void add(long requests, long tokens) {
    long more = (requests << SHIFT) + tokens;
    long after = word.addAndGet(more);
    if (isMuch(after) && !isMuch(after - more)) {
      whenMuch.run();
    }
  }

  private boolean isMuch(long count) {
    return requestsOf(count) >= muchRequests || tokensOf(count) >= muchTokens;
  }

  /**
   * Has {@code then} run, by whoever counts it, each time when so much has gathered; at once where
   * it has by now. For one thread.
   */
  void much(long requests, long tokens, Runnable then) {
    whenMuch = then;
    muchRequests = requests;
    muchTokens = tokens;
    if (isMuch(word.get())) {
      then.run();
    }
  }

  /** The count, for {@link #requestsOf} and {@link #tokensOf}, which begins anew. */
  long take() {
    return word.get() == 0 ? 0 : word.getAndSet(0);
  }

  static long requestsOf(long taken) {
    return (taken - tokensOf(taken)) >> SHIFT;
  }

  static long tokensOf(long taken) {
    return taken << (Long.SIZE - SHIFT) >> (Long.SIZE - SHIFT);
  }
}
