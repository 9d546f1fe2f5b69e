package io.geminirelay.flow.keys;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests since the last daily reset, together with the number of the day they belong to in one
 * word: the first to count on a new day begins anew. Thread safe, without lock.
 */
final class DayCount {
  private static final int DAY_SHIFT = 40;
  private static final long COUNT_MASK = (1L << DAY_SHIFT) - 1;
  private static final long DAY_MASK = (1L << (Long.SIZE - DAY_SHIFT)) - 1;

  private final AtomicLong word = new AtomicLong();

  /** Requests of {@code day}, as {@link DayWatch} numbers it. */
  long count(long day) {
    return countOf(word.get(), day);
  }

  /** Counts a request. */
  void add(long day) {
    tryAdd(Long.MAX_VALUE, day);
  }

  /** Counts a request unless there would be more than {@code most}. */
  boolean tryAdd(long most, long day) {
    while (true) {
      long before = word.get();
      if (isOver(before, day)) {
        // Somebody has seen the next day: its quota is what Google will draw on.
        return tryAdd(most, before >>> DAY_SHIFT);
      }
      long count = countOf(before, day);
      if (count >= most) {
        return false;
      }
      if (word.compareAndSet(before, wordOf(day, count + 1))) {
        return true;
      }
    }
  }

  /** Counts as many more as there are less than {@code count}. */
  void atLeast(long count, long day) {
    while (true) {
      long before = word.get();
      if (isOver(before, day) || countOf(before, day) >= count) {
        return;
      }
      if (word.compareAndSet(before, wordOf(day, Math.min(count, COUNT_MASK)))) {
        return;
      }
    }
  }

  /** Takes a request of {@code day} back; nothing when that day is over. */
  void takeBack(long day) {
    while (true) {
      long before = word.get();
      long count = countOf(before, day);
      if (count == 0 || word.compareAndSet(before, wordOf(day, count - 1))) {
        return;
      }
    }
  }

  private static boolean isOver(long word, long day) {
    long ahead = ((word >>> DAY_SHIFT) - day) & DAY_MASK;
    return ahead != 0 && ahead <= DAY_MASK / 2;
  }

  private static long countOf(long word, long day) {
    return word >>> DAY_SHIFT == (day & DAY_MASK) ? word & COUNT_MASK : 0;
  }

  private static long wordOf(long day, long count) {
    return day << DAY_SHIFT | count;
  }
}
