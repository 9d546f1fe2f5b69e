package io.geminirelay.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a request costs in the gateway's own pipelines, system calls left out: bytes in at the
 * client's end, bytes out at Google's, and back, all in memory on one event loop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(1)
public class RelayBenchmark {
  private static final int REQUESTS = 1000;
  private static final int EVENTS = 50;

  private final MemoryRelay unary = new MemoryRelay(MemoryRelay.unaryAnswer());
  private final MemoryRelay stream = new MemoryRelay(MemoryRelay.streamAnswer(EVENTS));

  /** Starts both relays. */
  @Setup
  public void start() throws Exception {
    unary.start();
    stream.start();
  }

  /** Stops both relays. */
  @TearDown
  public void stop() {
    unary.stop();
    stream.stop();
  }

  /** One request of 1 KB and its answer of 1 KB. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public long unary() throws Exception {
    return unary.ask("generateContent", REQUESTS);
  }

  /** One event of 300 bytes, of 50 that came in one read. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public long streamEvent() throws Exception {
    return stream.ask("streamGenerateContent?alt=sse", REQUESTS / EVENTS);
  }
}
