package io.geminirelay.bench.jmh;

import ch.qos.logback.classic.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a request costs in the gateway's own pipelines, system calls left out: bytes in at the
 * client's end, bytes out at Google's, and back, all in memory on one event loop. The log's own
 * thread makes the lines beside it, and is waited for.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(1)
public class RelayBenchmark {
  private static final int REQUESTS = 1000;
  private static final int EVENTS = 50;
  private static final int WARM_UP = 10_000;
  private static final int BATCH = 100;

  /** A relay that runs. */
  @State(Scope.Benchmark)
  public abstract static class Running {
    /** How much of the gateway there is. */
    @Param({"BARE", "EVERYTHING"})
    public Equipment equipment = Equipment.BARE;

    private @Nullable NullLog log;
    private @Nullable MemoryRelay relay;

    abstract MemoryRelay relay(Equipment with) throws Exception;

    /** Starts it. */
    @Setup
    public void start() throws Exception {
      log = new NullLog(Level.INFO);
      relay = relay(equipment);
      // By count, as a warm-up by time does little on a busy machine.
      for (int sent = 0; sent < warmUp(); sent += BATCH) {
        ask(BATCH);
      }
    }

    /** Requests before the first iteration. */
    int warmUp() {
      return WARM_UP;
    }

    /** Stops it. */
    @TearDown
    public void stop() {
      if (relay != null && log != null) {
        relay.stop();
        log.close();
      }
    }

    long ask(int count) throws Exception {
      if (relay == null || log == null) {
        throw new IllegalStateException("not started");
      }
      long bytes = relay.ask(count);
      if (equipment == Equipment.EVERYTHING) {
        log.awaitLines(count);
      }
      return bytes;
    }
  }

  /** Single answers over HTTP/1.1. */
  public static class Unary extends Running {
    @Override
    MemoryRelay relay(Equipment with) throws Exception {
      return MemoryRelay.http1(with, Talk.unary());
    }
  }

  /** Single answers to a client that speaks HTTP/2. */
  public static class UnaryHttp2 extends Running {
    @Override
    MemoryRelay relay(Equipment with) throws Exception {
      return MemoryRelay.http2(with, Talk.unary());
    }
  }

  /** Streams to a client that speaks HTTP/2. */
  public static class StreamHttp2 extends Running {
    @Override
    MemoryRelay relay(Equipment with) throws Exception {
      return MemoryRelay.http2(with, Talk.stream(EVENTS));
    }

    @Override
    int warmUp() {
      return WARM_UP * 2 / EVENTS;
    }
  }

  /** Streams over HTTP/1.1. */
  public static class Stream extends Running {
    @Override
    MemoryRelay relay(Equipment with) throws Exception {
      return MemoryRelay.http1(with, Talk.stream(EVENTS));
    }

    @Override
    int warmUp() {
      return WARM_UP * 2 / EVENTS;
    }
  }

  /** One request of 1 KB and its answer of 1 KB. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public long unary(Unary running) throws Exception {
    return running.ask(REQUESTS);
  }

  /** One event of 300 bytes, of 50 that came in one read. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public long streamEvent(Stream running) throws Exception {
    return running.ask(REQUESTS / EVENTS);
  }

  /** One request and its answer, the client's side over HTTP/2. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public long unaryHttp2(UnaryHttp2 running) throws Exception {
    return running.ask(REQUESTS);
  }

  /** One event of a stream, the client's side over HTTP/2. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public long streamEventHttp2(StreamHttp2 running) throws Exception {
    return running.ask(REQUESTS / EVENTS);
  }
}
