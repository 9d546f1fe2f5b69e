package io.geminirelay.flow.keys;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Takes turns among keys that are open to anybody, and draws on the quota of the one chosen.
 *
 * <p>Whose turn it is goes, as long as plenty of its quota is left; below that, the one with most
 * room left of it and a few others. Where those are full, the others are searched. What was found
 * full is passed over for a moment, 64 keys at a time where all of them are. No allocation, no
 * lock. Thread safe.
 */
final class Turns {
  /** Nobody has a turn. */
  static final Turns NONE = new Turns(new Candidate[0], new int[0], new AtomicInteger());

  /** Thousandths of a quota: with so much left nobody is looked at but the one whose turn it is. */
  private static final int PLENTY = 750;

  private static final int LOOKS = 4;
  private static final int BLOCK_BITS = 6;
  private static final int BLOCK = 1 << BLOCK_BITS;

  /** Odd and without pattern: turns this far apart are spread evenly over any round. */
  private static final int SPREAD = 0x9e3779b9;

  private final Candidate[] keys;
  private final Candidate[] turns;
  private final AtomicInteger cursor;
  private final AtomicLongArray fullBlocks;

  private Turns(Candidate[] keys, int[] schedule, AtomicInteger cursor) {
    this.keys = keys;
    this.cursor = cursor;
    this.turns = new Candidate[schedule.length];
    for (int i = 0; i < schedule.length; i++) {
      turns[i] = keys[schedule[i]];
    }
    this.fullBlocks = new AtomicLongArray((keys.length + BLOCK - 1) >> BLOCK_BITS);
    for (int i = 0; i < fullBlocks.length(); i++) {
      fullBlocks.set(i, FullMark.NONE);
    }
  }

  /** Turns among {@code keys} by weight and health; {@code cursor} counts them. */
  static Turns byShare(Candidate[] keys, AtomicInteger cursor, long now) {
    int[] shares = new int[keys.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = keys[i].share(now);
    }
    return new Turns(keys, Schedule.of(shares), cursor);
  }

  /** Turns among {@code keys} one after the other, from the first on. */
  static Turns inOrder(Candidate[] keys) {
    int[] order = new int[keys.length];
    Arrays.setAll(order, i -> i);
    return new Turns(keys, order, new AtomicInteger());
  }

  /** The next that has room and is not in {@code tried}, drawn on; or null. */
  @Nullable Candidate next(long tokens, TriedKeys tried, long now) {
    int length = turns.length;
    if (length == 0) {
      return null;
    }
    int turn = cursor.getAndIncrement();
    Candidate best = null;
    int most = -1;
    for (int look = 0; look < LOOKS && most < PLENTY; look++) {
      int place = look == 0 ? Integer.remainderUnsigned(turn, length) : spread(turn, look, length);
      Candidate each = turns[place];
      if (!each.refuses(tokens, now) && !tried.contains(each.key())) {
        int room = each.quota().room(now);
        if (room > most) {
          best = each;
          most = room;
        }
      }
    }
    return best != null && best.tryDraw(tokens, now) ? best : search(turn, tokens, tried, now);
  }

  private static int spread(int turn, int look, int length) {
    int mixed = (turn * LOOKS + look) * SPREAD;
    return (int) (Integer.toUnsignedLong(mixed) * length >>> 32);
  }

  /** Asks all, beginning somewhere else each time. */
  private @Nullable Candidate search(int turn, long tokens, TriedKeys tried, long now) {
    int blocks = fullBlocks.length();
    int first = spread(turn, 0, blocks);
    for (int i = 0; i < blocks; i++) {
      int block = first + i < blocks ? first + i : first + i - blocks;
      if (!FullMark.refuses(fullBlocks.get(block), tokens, now)) {
        Candidate found = search(block, turn, tokens, tried, now);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private @Nullable Candidate search(int block, int turn, long tokens, TriedKeys tried, long now) {
    int from = block << BLOCK_BITS;
    int size = Math.min(BLOCK, keys.length - from);
    int start = Integer.remainderUnsigned(turn, size);
    boolean allFull = true;
    long mark = 0;
    for (int i = 0; i < size; i++) {
      Candidate each = keys[from + (start + i < size ? start + i : start + i - size)];
      if (tried.contains(each.key())) {
        allFull = false;
        continue;
      }
      if (!each.refuses(tokens, now) && each.tryDraw(tokens, now)) {
        return each;
      }
      long full = each.fullMark();
      mark = i == 0 ? full : FullMark.both(mark, full);
    }
    if (allFull) {
      fullBlocks.set(block, mark);
    }
    return null;
  }
}
