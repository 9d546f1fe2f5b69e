package io.geminirelay.bench.jmh;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.TriedKeys;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What counting a request costs: the draw, what follows its answer, and both from two threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class QuotaBenchmark {
  private static final String MODEL = "gemini-2.5-flash";
  private static final long TOKENS = 40;
  private static final long PLENTY = 1_000_000_000_000L;

  /** Whether limits are configured. */
  @Param({"false", "true"})
  public boolean limited;

  private KeyRing ring = ringWith(Map.of());

  /** One exchange's lease. */
  @State(Scope.Thread)
  public static class Caller {
    final KeyLease lease = new KeyLease();

    /** Takes a key once. */
    @Setup
    public void lease(QuotaBenchmark bench) {
      bench.ring.selector().select(new Demand(MODEL, List.of(), TOKENS), new TriedKeys(), lease);
    }
  }

  /** Makes one key. */
  @Setup
  public void ring() {
    ring = ringWith(limited ? Map.of("*", new QuotaLimits(PLENTY, PLENTY, PLENTY)) : Map.of());
  }

  private static KeyRing ringWith(Map<String, QuotaLimits> limits) {
    List<KeyConfig> keys = List.of(new KeyConfig(Secret.of("key"), null, 1, null));
    GroupConfig group =
        new GroupConfig("g", TargetConfig.STANDARD, List.of(), Map.of(), keys, null, limits);
    return KeyRing.of(List.of(group), KeysConfig.STANDARD, TimeSource.SYSTEM, new Random(1));
  }

  /** A draw that is given back, so that the count stays small. */
  @Benchmark
  public void drawAndGiveBack(Caller caller) {
    ring.drawAgain(caller.lease);
    ring.settle(caller.lease, KeyVerdict.UNDECIDED);
  }

  /** The same while another thread does it too. */
  @Benchmark
  @Threads(2)
  public void drawAndGiveBackByTwo(Caller caller) {
    drawAndGiveBack(caller);
  }

  /** The correction of a guess, and back. */
  @Benchmark
  public void correct(Caller caller) {
    ring.counted(caller.lease, TOKENS + 1);
    ring.counted(caller.lease, TOKENS);
  }
}
