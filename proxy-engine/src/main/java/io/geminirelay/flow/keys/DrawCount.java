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
  private volatile Runnable whenAny = () -> {};

  /** What was taken and not yet answered, as a word. */
  private volatile long underWay;

  /** Into how many parts what is left is divided; 1 where nobody else draws. */
  private volatile int parts = 1;

  /** Counts {@code requests} and {@code tokens}, either of them less than 0 where taken back. */
  void add(long requests, long tokens) {
    long more = (requests << SHIFT) + tokens;
    long after = word.addAndGet(more);
    if (after == more) {
      whenAny.run();
    }
    if (isMuch(after) && !isMuch(after - more)) {
      whenMuch.run();
    }
  }

  /** Whether others draw on the same, so that {@link #allows} has to be asked. */
  boolean isShared() {
    return parts > 1;
  }

  /**
   * Whether a request with {@code tokens} may be drawn now: what the others do not know of must not
   * be more than this one's part of what is left. One at a time always may be.
   *
   * @param requests left of all, beside what was drawn here
   * @param tokensLeft the same
   */
  boolean allows(long tokens, long requests, long tokensLeft) {
    long unknown = underWay + word.get();
    long mine = Math.max(0, requestsOf(unknown));
    long myTokens = Math.max(0, tokensOf(unknown));
    // Beside what has no end, nothing is too much.
    return mine == 0
        || ((mine + 1) * parts - mine <= requests
            && (myTokens + tokens) * parts - myTokens <= tokensLeft);
  }

  /** Others draw too, and each has one of so many parts of what is left; 1 where none does. */
  void parts(int count) {
    parts = count;
  }

  /** What was taken is known to the others. */
  void known() {
    underWay = 0;
  }

  /** Has {@code then} run, by whoever counts it, at the first after each {@link #take}. */
  void any(Runnable then) {
    whenAny = then;
    if (word.get() != 0) {
      then.run();
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

  /**
   * The count, for {@link #requestsOf} and {@link #tokensOf}, which begins anew; until {@link
   * #known}, it is reckoned with. For one thread.
   */
  long take() {
    long before = underWay;
    long seen = word.get();
    if (seen == 0) {
      return 0;
    }
    // Before it leaves the count: counted twice for a moment rather than not at all.
    underWay = before + seen;
    long taken = word.getAndSet(0);
    underWay = before + taken;
    return taken;
  }

  static long requestsOf(long taken) {
    return (taken - tokensOf(taken)) >> SHIFT;
  }

  static long tokensOf(long taken) {
    return taken << (Long.SIZE - SHIFT) >> (Long.SIZE - SHIFT);
  }
}
