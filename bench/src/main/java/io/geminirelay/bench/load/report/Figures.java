package io.geminirelay.bench.load.report;

import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The samples of a run, by workload and proxy, and what they say together. */
public final class Figures {
  private static final double TAIL = 99.9;
  private static final int TAIL_VALUES = 10;

  private final Map<String, String> about = new LinkedHashMap<>();
  private final Map<Workload, Map<Proxy, List<Sample>>> samples = new LinkedHashMap<>();

  /** Notes a circumstance of the run. */
  public void about(String name, String value) {
    about.put(name, value);
  }

  /** The circumstances, in the order in which they were noted. */
  public Map<String, String> about() {
    return about;
  }

  /** Takes one window. */
  public void add(Workload workload, Proxy proxy, Sample sample) {
    samples
        .computeIfAbsent(workload, w -> new LinkedHashMap<>())
        .computeIfAbsent(proxy, p -> new ArrayList<>())
        .add(sample);
  }

  /** What was measured. */
  public Set<Workload> workloads() {
    return samples.keySet();
  }

  /** What was measured of a workload, in the order of {@link Proxy}. */
  public Map<Proxy, List<Sample>> of(Workload workload) {
    Map<Proxy, List<Sample>> ordered = new EnumMap<>(Proxy.class);
    ordered.putAll(samples.getOrDefault(workload, Map.of()));
    return ordered;
  }

  /**
   * The window in the middle by its value, of an even number the mean of both; null if the proxy
   * was not measured.
   */
  public @Nullable Sample median(Workload workload, Proxy proxy) {
    List<Sample> sorted = new ArrayList<>(of(workload).getOrDefault(proxy, List.of()));
    if (sorted.isEmpty()) {
      return null;
    }
    sorted.sort(Comparator.comparingDouble(Sample::value));
    int half = sorted.size() / 2;
    Sample middle = sorted.get(half);
    return sorted.size() % 2 == 1 ? middle : sorted.get(half - 1).mean(middle);
  }

  /** The proxy's value divided by nginx's of the same run; NaN where one of them is missing. */
  public double toNginx(Workload workload, Proxy proxy) {
    Sample nginx = median(workload, Proxy.NGINX);
    Sample own = median(workload, proxy);
    return nginx == null || own == null ? Double.NaN : own.value() / nginx.value();
  }

  /**
   * The median of the windows' percentiles in microseconds; NaN where nothing was due, or too
   * little for this percentile.
   */
  public double latency(Workload workload, Proxy proxy, double percentile) {
    if (!tells(latencies(workload, proxy).getTotalCount(), percentile)) {
      return Double.NaN;
    }
    double[] each =
        of(workload).getOrDefault(proxy, List.of()).stream()
            .map(Sample::latencies)
            .filter(histogram -> histogram != null)
            .mapToDouble(histogram -> histogram.getValueAtPercentile(percentile))
            .toArray();
    return Median.of(each);
  }

  /**
   * Whether so many values say something of a percentile: from 99.9 on at least ten have to lie
   * above it, of 10,000 and more.
   */
  public static boolean tells(long count, double percentile) {
    return percentile < TAIL || count >= Math.round(TAIL_VALUES * 100 / (100 - percentile));
  }

  /** The same less what it is without a proxy, in the same run. */
  public double added(Workload workload, Proxy proxy, double percentile) {
    return latency(workload, proxy, percentile) - latency(workload, Proxy.DIRECT, percentile);
  }

  /** All windows' latencies together; empty where nothing was due. */
  public Histogram latencies(Workload workload, Proxy proxy) {
    Histogram all = new Histogram(3);
    for (Sample sample : of(workload).getOrDefault(proxy, List.of())) {
      if (sample.latencies() != null) {
        all.add(sample.latencies());
      }
    }
    return all;
  }
}
