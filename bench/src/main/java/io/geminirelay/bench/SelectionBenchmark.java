package io.geminirelay.bench;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.TriedKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What choosing a key costs, all of them being usable. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SelectionBenchmark {

  /** Keys in the one group. */
  @Param({"10", "1000"})
  public int keys;

  private final TriedKeys none = new TriedKeys();
  private final KeyLease lease = new KeyLease();
  private final Demand demand = new Demand("gemini-2.5-flash", List.of(), 0);
  private @Nullable KeyRing ring;

  /** Loads a configuration with so many keys. */
  @Setup
  public void prepare() throws Exception {
    String list =
        IntStream.range(0, keys)
            .mapToObj("benchmark-key-number-%05d"::formatted)
            .collect(Collectors.joining(","));
    ConfigSource source = new ConfigSource(null, Path.of(""), Map.of("GEMINI_API_KEY_LIST", list));
    EngineConfig config = ConfigLoader.load(source).config();
    ring = KeyRing.of(config.groups(), config.keys(), TimeSource.SYSTEM, new Random());
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
