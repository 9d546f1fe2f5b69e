package io.geminirelay.bench.jmh;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.TriedKeys;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What choosing a key costs, by how many there are, how many rest, and whether quotas are known.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SelectionBenchmark {
  private static final String MODEL = "gemini-2.5-flash";
  private static final KeyVerdict DAY =
      new KeyVerdict(
          KeyVerdict.Effect.COOL_BUCKET,
          KeyVerdict.Next.NEXT_KEY,
          "quota_per_day",
          KeyVerdict.Rest.UNTIL_RESET,
          Duration.ZERO,
          "PerDay",
          List.of(),
          "");

  /** Keys in the one group. */
  @Param({"10", "1000", "10000"})
  public int keys;

  /** How many in a hundred of them rest. */
  @Param({"0", "50", "99"})
  public int cooling;

  /** Whether the limits of a key's project are known: {@code none} or {@code known}. */
  @Param({"none", "known"})
  public String limits = "";

  private final TriedKeys none = new TriedKeys();
  private final KeyLease lease = new KeyLease();
  private final Demand demand = new Demand(MODEL, List.of(), 100);
  private @Nullable KeyRing ring;

  /** Loads a configuration with so many keys, and lets some rest. */
  @Setup
  public void prepare() throws Exception {
    Path file = Files.createTempFile("selection", ".yaml");
    try {
      Files.writeString(file, text());
      EngineConfig config =
          ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
      KeyRing made = KeyRing.of(config.groups(), config.keys(), TimeSource.SYSTEM, new Random());
      for (int i = 0; i < (long) keys * cooling / 100; i++) {
        made.selector().select(demand, none, lease);
        made.settle(lease, DAY);
      }
      ring = made;
    } finally {
      Files.delete(file);
    }
  }

  private String text() {
    String list =
        IntStream.range(0, keys)
            .mapToObj("benchmark-key-number-%05d"::formatted)
            .collect(Collectors.joining(", "));
    String known =
        limits.equals("known")
            ? ", limits: {" + MODEL + ": {rpm: 1000000000, tpm: 1000000000000, rpd: 1000000000}}"
            : "";
    return "groups: [{name: g, api_keys: [" + list + "]" + known + "}]\n";
  }

  /**
   * One selection.
   *
   * @return the key whose turn it is
   */
  @Benchmark
  public @Nullable ApiKey select() {
    KeyRing current = ring;
    return current == null ? null : current.selector().select(demand, none, lease);
  }
}
