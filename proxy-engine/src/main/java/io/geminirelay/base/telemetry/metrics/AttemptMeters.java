package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.telemetry.Cells;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Counts attempts by the group of their key and what became of them. Thread safe. */
final class AttemptMeters implements Trail.Ends {
  /** Outcomes are words of the program; should one ever not be, this bounds them. */
  private static final int MOST_OUTCOMES = 100;

  /** What attempts are called that a long trail does not hold. */
  private static final String SKIPPED = "not_kept";

  private final CounterFamily attempts;
  private final Cells cells;
  private final GroupNames groups;
  private final Map<String, Map<String, Integer>> known = new ConcurrentHashMap<>();

  AttemptMeters(PrometheusRegistry registry, Family.Room room, GroupNames groups) {
    this.groups = groups;
    cells = room.cells();
    attempts =
        new CounterFamily(
            Forms.counter(
                "gemini_relay_attempts_total",
                "Attempts to have a request answered, by what became of them: ok for the answer"
                    + " that the client got, else why another attempt or none followed."),
            room,
            "group",
            "cause");
    registry.register(attempts);
  }

  /** Counts all attempts of a trail. */
  void count(Trail trail) {
    trail.eachEnd(this);
    if (trail.skipped() > 0) {
      cells.mine().add(cell(groups.of(trail.lastKey()), SKIPPED), trail.skipped());
    }
  }

  /** Drops the counters of groups that there are no more. */
  void forget(Set<String> gone) {
    known.keySet().removeAll(gone);
    attempts.removeIf(labels -> gone.contains(labels.get(0)));
    // What was found in between counts in rows that are shown no more.
    known.keySet().removeAll(gone);
  }

  @Override
  public void take(String key, String outcome, int status) {
    cells.mine().add(cell(groups.of(key), outcome), 1);
  }

  private int cell(String group, String outcome) {
    Map<String, Integer> causes = known.get(group);
    if (causes == null) {
      causes = known.computeIfAbsent(group, x -> new ConcurrentHashMap<>());
    }
    Integer cell = causes.get(outcome);
    if (cell != null) {
      return cell;
    }
    String cause = causes.size() < MOST_OUTCOMES ? outcome : ModelNames.OTHER;
    return causes.computeIfAbsent(cause, x -> attempts.cell(group, x));
  }
}
