package io.geminirelay.bench.quota;

import java.util.concurrent.TimeUnit;

/** Requests and tokens of the last so many seconds, exactly, by keeping every one of them. */
final class SlidingSum {
  private final long span;
  private long[] times = new long[64];
  private long[] sizes = new long[64];
  private int first;
  private int count;
  private long tokens;

  SlidingSum(int seconds) {
    this.span = TimeUnit.SECONDS.toNanos(seconds);
  }

  void add(long size, long now) {
    forget(now);
    if (count == times.length) {
      times = grown(times);
      sizes = grown(sizes);
      first = 0;
    }
    int slot = (first + count++) % times.length;
    times[slot] = now;
    sizes[slot] = size;
    tokens += size;
  }

  private long[] grown(long[] old) {
    long[] all = new long[old.length * 2];
    for (int i = 0; i < count; i++) {
      all[i] = old[(first + i) % old.length];
    }
    return all;
  }

  private void forget(long now) {
    while (count > 0 && now - times[first] >= span) {
      tokens -= sizes[first];
      first = (first + 1) % times.length;
      count--;
    }
  }

  long requests(long now) {
    forget(now);
    return count;
  }

  long tokens(long now) {
    forget(now);
    return tokens;
  }

  /** Nanoseconds until no more than so many requests and tokens are left, if none is added. */
  long waitNanos(long mostRequests, long mostTokens, long now) {
    forget(now);
    long left = tokens;
    long wait = 0;
    for (int i = 0; i < count && (count - i > mostRequests || left > mostTokens); i++) {
      int slot = (first + i) % times.length;
      left -= sizes[slot];
      wait = times[slot] + span - now;
    }
    return wait;
  }
}
