package io.geminirelay.bench.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * What goes wrong and when: all of it follows from the seed and the length of the run. What a
 * request asks follows from the seed and its number, what an upstream does to an attempt from that
 * and the number of the attempt. One group, its keys and its target are never taken away. Thread
 * safe.
 */
final class Plan {
  private static final double USUAL_SHARE = 0.05;
  private static final double STORM_SHARE = 0.3;

  private final long seed;
  private final List<Event> events = new ArrayList<>();
  private volatile boolean storm;
  private volatile boolean calm = true;

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

  Plan(long seed, long millis, boolean redis) {
    this.seed = seed;
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
      events.add(new Event(round.remove(round.size() - 1), at, time, random.nextInt(1 << 16)));
    }
  }

  List<Event> events() {
    return List.copyOf(events);
  }

  /** How often, at most, what all gateways share was lost. */
  long redisRestarts() {
    return events.stream().filter(event -> event.what() == What.REDIS_RESTARTS).count();
  }

  /** Poisons many more attempts, or as many as usual. */
  void storm(boolean on) {
    storm = on;
  }

  /** Poisons nothing, or goes on. */
  void calm(boolean on) {
    calm = on;
  }

  /** Where the choices of request {@code id} begin. */
  SplittableRandom random(int id) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + id);
  }

  /** What becomes of an attempt; from the third on a request is left alone. */
  Toxin toxin(Ledger.Entry entry, int before, String group, long nanos) {
    if (calm || before >= 2 || entry.kind == Kind.NARROW || entry.kind == Kind.SLOW_READER) {
      return Toxin.NONE;
    }
    SplittableRandom random = random(~(entry.id * 4 + before));
    boolean safe = group.equals("direct");
    double share = storm && !safe ? STORM_SHARE : safe ? USUAL_SHARE / 2 : USUAL_SHARE;
    if (random.nextDouble() >= share) {
      return Toxin.NONE;
    }
    Toxin toxin = Toxin.at(random.nextInt(1 << 20));
    boolean spares =
        // A second of these in a row ends a request, as it should: it is not a network's failure.
        (before > 0 && (toxin == Toxin.ERROR_503 || toxin == Toxin.EMPTY))
            || (safe && toxin.blamesKey());
    return spares ? Toxin.NONE : toxin;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("seed " + seed + "\n");
    events.forEach(event -> text.append(event).append('\n'));
    return text.toString();
  }
}
