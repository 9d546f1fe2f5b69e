package io.geminirelay.bench.jmh;

import ch.qos.logback.classic.Level;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.telemetry.Telemetry;
import io.geminirelay.flow.settle.Settlement;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What an exchange costs that is written down: its trail, its place in journal, history and usage
 * table, and its line in the log, which the program's own queue and form write to nowhere.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessLogBenchmark {
  private static final int LINES = 1_000;

  /** Level of the log: INFO writes the line. */
  @Param({"WARN", "INFO"})
  public String level = "";

  private final HttpRequest head =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1beta/models/m:generate");
  private final Settlement settlement =
      new Settlement(TimeSource.SYSTEM, new Telemetry(TimeSource.SYSTEM));
  private @Nullable NullLog log;

  /** Builds the log. */
  @Setup
  public void prepare() {
    log = new NullLog(Level.toLevel(level));
  }

  /** Ends the writer's thread. */
  @TearDown
  public void stop() {
    if (log != null) {
      log.close();
    }
  }

  /**
   * The trail of one attempt alone.
   *
   * @return the exchange
   */
  @Benchmark
  public Exchange trail() {
    return served();
  }

  /** The trail and the line, until it is written. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public void line() {
    for (int i = 0; i < LINES; i++) {
      settlement.close(served(), Outcome.SERVED, 200);
    }
    if (log != null && level.equals("INFO")) {
      log.awaitLines(LINES);
    }
  }

  /**
   * The trail and its text, as the header has it.
   *
   * @return the text
   */
  @Benchmark
  public String header() {
    return TrailText.of(served().trail(), TimeSource.SYSTEM.nanoTime());
  }

  private Exchange served() {
    long now = TimeSource.SYSTEM.nanoTime();
    Exchange exchange = new Exchange("0123456789abcdef0123456789abcdef", head, now);
    exchange.classified(Route.NATIVE, "/v1beta/models/m:generate", "gemini-2.5-flash", true);
    exchange.countAttempt();
    exchange.trail().begins("default/1#0123456789", null, now);
    exchange.trail().ended("ok", 200, "", TimeSource.SYSTEM.nanoTime());
    return exchange;
  }
}
