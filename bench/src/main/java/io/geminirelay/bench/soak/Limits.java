package io.geminirelay.bench.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Checks that no client and no key was given more than its limits allow. */
final class Limits {
  private final Ledger ledger;
  private final int gateways;
  private final boolean shared;
  private final long restarts;

  /**
   * Of so many gateways.
   *
   * @param shared whether they count together
   * @param restarts how often what they share was lost, after which each begins anew
   */
  Limits(Ledger ledger, int gateways, boolean shared, long restarts) {
    this.ledger = ledger;
    this.gateways = gateways;
    this.shared = shared;
    this.restarts = restarts;
  }

  void check(Findings findings, double minutes) {
    limited(findings, minutes);
    narrow(findings);
    quota(findings);
  }

  private long apart() {
    return shared ? 1 : gateways;
  }

  private void limited(Findings findings, double minutes) {
    long taken =
        ledger.all().stream()
            .filter(entry -> entry.kind == Kind.LIMITED && !entry.arrivals().isEmpty())
            .count();
    // A minute's worth may come at once, then it flows back evenly.
    double bound =
        apart() * Setting.LIMITED_RPM * (1 + minutes)
            + (double) restarts * gateways * Setting.LIMITED_RPM;
    findings.check(
        "requests a minute of a client",
        taken <= bound,
        "%d taken, %.0f allowed".formatted(taken, bound),
        List.of("more requests of the limited client went upstream than its limit allows"));
  }

  /** An attempt is under way for at least as long as the upstream waits with its answer. */
  private void narrow(Findings findings) {
    long least = TimeUnit.MILLISECONDS.toNanos(Upstreams.NARROW_MILLIS);
    List<long[]> steps = new ArrayList<>();
    for (Ledger.Entry entry : ledger.all()) {
      if (entry.kind == Kind.NARROW && entry.result() == Ledger.Result.SERVED) {
        List<Ledger.Arrival> arrivals = entry.arrivals();
        long from = arrivals.get(arrivals.size() - 1).nanos();
        long to = Math.min(from + least, entry.endNanos());
        steps.add(new long[] {from, 1});
        steps.add(new long[] {to, -1});
      }
    }
    steps.sort(
        (one, other) ->
            one[0] == other[0] ? Long.compare(one[1], other[1]) : Long.compare(one[0], other[0]));
    long now = 0;
    long most = 0;
    for (long[] step : steps) {
      now += step[1];
      most = Math.max(most, now);
    }
    long bound = (restarts > 0 ? gateways : apart()) * Setting.NARROW_AT_ONCE;
    findings.check(
        "requests at once of a client",
        most <= bound,
        most + " at once, " + bound + " allowed",
        List.of("attempts of the narrow client overlapped more than its limit allows"));
  }

  private void quota(Findings findings) {
    Map<String, List<Long>> times = new HashMap<>();
    for (Ledger.Entry entry : ledger.all()) {
      if (entry.kind == Kind.QUOTA) {
        for (Ledger.Arrival arrival : entry.arrivals()) {
          times
              .computeIfAbsent(String.valueOf(arrival.key()), key -> new ArrayList<>())
              .add(arrival.nanos());
        }
      }
    }
    int most = 0;
    for (List<Long> of : times.values()) {
      most = Math.max(most, mostInMinute(of));
    }
    long bound = (restarts > 0 ? gateways : apart()) * Setting.QUOTA_RPM;
    findings.check(
        "requests a minute of a key",
        most <= bound,
        most + " in the fullest minute, " + bound + " allowed",
        List.of("a key was used more often in some minute than its known quota allows"));
  }

  private static int mostInMinute(List<Long> times) {
    long minute = TimeUnit.MINUTES.toNanos(1);
    Deque<Long> window = new ArrayDeque<>();
    int most = 0;
    for (long time : times.stream().sorted().toList()) {
      window.addLast(time);
      while (time - window.getFirst() >= minute) {
        window.removeFirst();
      }
      most = Math.max(most, window.size());
    }
    return most;
  }
}
