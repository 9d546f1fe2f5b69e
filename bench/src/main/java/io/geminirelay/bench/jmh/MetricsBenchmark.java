package io.geminirelay.bench.jmh;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.base.scan.TokenCounts;
import io.geminirelay.base.telemetry.Settled;
import io.geminirelay.base.telemetry.metrics.Meters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** What an exchange costs in metrics: each counter and histogram that it moves. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MetricsBenchmark {

  /** Attempts that the exchange took. */
  @Param({"1", "3"})
  public int attempts;

  private final Meters meters = new Meters(TimeSource.SYSTEM);
  private Settled[] settled = {};

  /** Exchanges of several lengths. */
  @State(Scope.Thread)
  public static class Position {
    private int at;
  }

  /** Makes what ended. */
  @Setup
  public void prepare() {
    settled = new Settled[64];
    for (int i = 0; i < settled.length; i++) {
      settled[i] = ended(1_000_000L * (i + 1));
    }
  }

  /** Counts and observes one. */
  @Benchmark
  public void request(Position position) {
    meters.accept(settled[position.at++ & 63]);
  }

  /** The same from two event loops at once, which move the same counters. */
  @Benchmark
  @Threads(2)
  public void requestOfTwoLoops(Position position) {
    meters.accept(settled[position.at++ & 63]);
  }

  /** The same while page after page is read, which is the worst that a scraper can do. */
  @Benchmark
  @Group("scraped")
  public void requestWhileScraped(Position position) {
    meters.accept(settled[position.at++ & 63]);
  }

  /** Reads all meters. */
  @Benchmark
  @Group("scraped")
  public MetricSnapshots scrape() {
    return meters.registry().scrape();
  }

  private Settled ended(long nanos) {
    Trail trail = new Trail();
    for (int i = 1; i < attempts; i++) {
      trail.begins("default/2#0123456789", null, 0);
      trail.ended("quota_per_minute", 429, "", 100_000);
    }
    trail.begins("default/1#0123456789", null, 100_000);
    trail.ended("ok", 200, "", nanos / 2);
    return new Settled(
        "0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef",
        "crawler",
        Route.NATIVE,
        new String("gemini-2.5-flash"),
        200,
        Outcome.SERVED,
        null,
        attempts,
        trail,
        new Settled.Times(0, nanos, nanos / 2 + 300_000, 0),
        tokens());
  }

  private static TokenCounts tokens() {
    String answer =
        "{\"candidates\":[],\"usageMetadata\":{\"promptTokenCount\":9,"
            + "\"candidatesTokenCount\":20,\"thoughtsTokenCount\":7,\"totalTokenCount\":36}}";
    StreamScanner scanner = new StreamScanner();
    ByteBuf bytes = Unpooled.wrappedBuffer(answer.getBytes(StandardCharsets.UTF_8));
    scanner.look(bytes, bytes.readerIndex(), bytes.writerIndex());
    scanner.end();
    return scanner.usage();
  }
}
