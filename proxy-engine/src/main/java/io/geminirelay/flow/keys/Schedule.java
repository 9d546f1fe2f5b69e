package io.geminirelay.flow.keys;

/**
 * The order in which keys take turns, so that each gets its share and its turns lie as far apart as
 * can be.
 *
 * <p>A round has one turn for each part of a share, after division by what all have in common: keys
 * of equal shares take one turn each. A round that would be too long is shortened; then shares are
 * near, and nobody has none. Keys with equally many turns are spread over the round like the marks
 * of a ruler, and the rulers of all numbers are laid over one another. Pure.
 */
final class Schedule {
  private static final int LONGEST = 8192;
  private static final int TURNS_PER_KEY = 4;

  private Schedule() {}

  /** Indices of {@code shares}, all positive, by turns. */
  static int[] of(int[] shares) {
    int[] turns = turns(shares);
    int[] ranks = new int[turns.length];
    int[] peers = peers(turns, ranks);
    int length = 0;
    for (int each : turns) {
      length += each;
    }
    return merge(turns, ranks, peers, length);
  }

  /** How many turns of a round each gets. */
  private static int[] turns(int[] shares) {
    int divisor = 0;
    long sum = 0;
    for (int share : shares) {
      divisor = gcd(share, divisor);
      sum += share;
    }
    long most = Math.max(LONGEST, (long) TURNS_PER_KEY * shares.length);
    boolean fits = divisor == 0 || sum / divisor <= most;
    int[] turns = new int[shares.length];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = fits ? shares[i] / divisor : (int) Math.max(1, shares[i] * most / sum);
    }
    return turns;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** How many have as many turns as each; {@code ranks} gets each one's place among them. */
  private static int[] peers(int[] turns, int[] ranks) {
    int most = 0;
    for (int each : turns) {
      most = Math.max(most, each);
    }
    int[] counts = new int[most + 1];
    for (int i = 0; i < turns.length; i++) {
      ranks[i] = counts[turns[i]]++;
    }
    return counts;
  }

  private static int[] merge(int[] turns, int[] ranks, int[] peers, int length) {
    int[] ends = new int[length + 1];
    for (int i = 0; i < turns.length; i++) {
      for (int turn = 0; turn < turns[i]; turn++) {
        ends[slot(turn, turns[i], ranks[i], peers[turns[i]], length) + 1]++;
      }
    }
    for (int slot = 0; slot < length; slot++) {
      ends[slot + 1] += ends[slot];
    }
    int[] order = new int[length];
    for (int i = 0; i < turns.length; i++) {
      for (int turn = 0; turn < turns[i]; turn++) {
        order[ends[slot(turn, turns[i], ranks[i], peers[turns[i]], length)]++] = i;
      }
    }
    return order;
  }

  /** Where a turn is due: the mark {@code rank} of the part {@code turn} of the round. */
  private static int slot(int turn, int turns, int rank, int peers, int length) {
    long marks = 2L * turns * peers;
    return (int) ((2 * ((long) turn * peers + rank) + 1) * length / marks);
  }
}
