package io.geminirelay.bench.soak;

import java.util.List;
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
  private final Schedule schedule;
  private volatile boolean storm;
  private volatile boolean calm = true;

  Plan(long seed, long millis, boolean redis) {
    this.seed = seed;
    this.schedule = new Schedule(seed, millis, redis);
  }

  List<Schedule.Event> events() {
    return schedule.events();
  }

  /** How often, at most, what all gateways share was lost. */
  long redisRestarts() {
    return events().stream().filter(event -> event.what() == Schedule.What.REDIS_RESTARTS).count();
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
            // An empty answer is known for none where a model speaks; others pass as they come.
            || (toxin == Toxin.EMPTY && !entry.kind.echoes())
            || (safe && toxin.blamesKey());
    return spares ? Toxin.NONE : toxin;
  }

  @Override
  public String toString() {
    return schedule.toString();
  }
}
