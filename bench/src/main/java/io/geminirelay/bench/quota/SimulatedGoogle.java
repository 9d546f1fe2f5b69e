package io.geminirelay.bench.quota;

import io.geminirelay.bench.quota.GoogleBucket.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Google as far as quotas go: exact sliding minutes and Pacific days for each (project, model), and
 * refusals in the words of the recorded ones.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/rate-limits">Rate limits</a>
 */
final class SimulatedGoogle {
  private final Fleet fleet;
  private final RefusalBody bodies;
  private final List<List<GoogleBucket>> buckets = new ArrayList<>();

  /**
   * A day's beginning.
   *
   * @param bareShare share of the refusals that tell nothing
   */
  SimulatedGoogle(Fleet fleet, VirtualTime time, RandomGenerator random, double bareShare) {
    this.fleet = fleet;
    this.bodies = new RefusalBody(random, bareShare);
    for (Fleet.Project project : fleet.projects()) {
      buckets.add(project.quotas().stream().map(quota -> new GoogleBucket(quota, time)).toList());
    }
  }

  int projects() {
    return buckets.size();
  }

  GoogleBucket bucket(int project, int model) {
    return buckets.get(project).get(model);
  }

  /** Counts a request, or refuses it with the body that is returned. */
  @Nullable String ask(int project, Ask ask) {
    GoogleBucket bucket = bucket(project, ask.model());
    Set<Limit> exceeded = bucket.exceededBy(ask.tokens());
    if (exceeded.isEmpty()) {
      bucket.count(ask.tokens());
      return null;
    }
    String model = fleet.models().get(ask.model());
    boolean free = fleet.projects().get(project).free();
    return bodies.of(new RefusalBody.Refusal(exceeded, model, free, bucket, ask.tokens()));
  }

  /** Whether some project has had room for {@code ask} all the last second. */
  boolean leftRoomFor(Ask ask) {
    for (List<GoogleBucket> project : buckets) {
      if (project.get(ask.model()).leftAlone(ask.tokens())) {
        return true;
      }
    }
    return false;
  }

  /** The same, as far as one can know who only guesses what Google has not counted yet. */
  boolean knownToLeaveRoomFor(Ask ask) {
    for (List<GoogleBucket> project : buckets) {
      if (project.get(ask.model()).knownLeftAlone(ask)) {
        return true;
      }
    }
    return false;
  }

  /** Nanoseconds until some project has room for {@code ask}. */
  long waitNanos(Ask ask) {
    long wait = Long.MAX_VALUE;
    for (List<GoogleBucket> project : buckets) {
      wait = Math.min(wait, project.get(ask.model()).waitNanos(ask.tokens()));
    }
    return wait;
  }
}
