package io.geminirelay.bench.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What goes wrong with the whole and when: it follows from the seed and the length of the run.
 * Needs nothing but the JDK, so that a plan can be printed from this file alone. Immutable.
 */
final class Schedule {
  private final long seed;
  private final List<Event> events;

  /** What happens to the whole rather than to one request. */
  enum What {
    EXIT_DIES,
    EXIT_IS_SILENT,
    KEY_IS_REFUSED,
    RELOAD_BY_SIGNAL,
    RELOAD_BY_FILE,
    CHANGE_BY_ADMIN,
    KEY_ADDED_AND_REMOVED,
    CONNECTIONS_DROPPED,
    STORM,
    HICCUP,
    CONNECTION_FLOOD,
    REDIS_RESTARTS
  }

  /**
   * One of these.
   *
   * @param atMillis since the load began
   * @param forMillis until it is undone
   * @param which exit, key, gateway or group
   */
  record Event(What what, long atMillis, long forMillis, int which) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%7.1f s %s %d for %.1f s", atMillis / 1e3, what, which, forMillis / 1e3);
    }
  }

  /** Of {@code seed}, for a run of {@code millis}. */
  Schedule(long seed, long millis, boolean redis) {
    this.seed = seed;
    List<Event> made = new ArrayList<>();
    Random random = new Random(seed);
    List<What> round = new ArrayList<>();
    long gap = Math.max(500, Math.min(9_000, millis / 24));
    for (long at = millis / 12; at < millis * 5 / 6; at += gap / 2 + random.nextInt((int) gap)) {
      if (round.isEmpty()) {
        Collections.addAll(round, What.values());
        if (!redis) {
          round.remove(What.REDIS_RESTARTS);
        }
        Collections.shuffle(round, random);
      }
      long time = Math.min(gap, 500 + random.nextInt(4_000));
      made.add(new Event(round.remove(round.size() - 1), at, time, random.nextInt(1 << 16)));
    }
    this.events = List.copyOf(made);
  }

  /** Prints the schedule of a seed: arguments are minutes, seed and whether there is Redis. */
  public static void main(String[] args) {
    System.out.print(
        new Schedule(
            Long.parseLong(args[1]), millis(Double.parseDouble(args[0])), args[2].equals("true")));
  }

  /** Length of a run in milliseconds. */
  static long millis(double minutes) {
    return Math.round(minutes * 60_000);
  }

  /** In the order of their time. */
  List<Event> events() {
    return events;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("seed " + seed + "\n");
    events.forEach(event -> text.append(event).append('\n'));
    return text.toString();
  }
}
