package io.geminirelay.bench.jmh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.telemetry.LogEncoder;
import io.geminirelay.base.telemetry.LogQueue;
import io.geminirelay.base.telemetry.Telemetry;
import io.geminirelay.flow.settle.Settlement;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.slf4j.LoggerFactory;

/**
 * What an exchange costs that is written down: its trail, its place in journal, history and usage
 * table, and its line in the log, which the program's own queue and form write to nowhere.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessLogBenchmark {

  /** Level of the log: INFO writes the line. */
  @Param({"WARN", "INFO"})
  public String level = "";

  private final HttpRequest head =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1beta/models/m:generate");
  private final Settlement settlement =
      new Settlement(TimeSource.SYSTEM, new Telemetry(TimeSource.SYSTEM));
  private final LogQueue async = new LogQueue();

  /** Builds the appenders. */
  @Setup
  public void prepare() throws Exception {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    OutputStream nowhere = Files.newOutputStream(Path.of("/dev/null"));
    LogEncoder form = new LogEncoder();
    form.setContext(context);
    form.format(LogFormat.JSON);
    form.start();
    OutputStreamAppender<ILoggingEvent> out = new OutputStreamAppender<>();
    out.setContext(context);
    out.setEncoder(form);
    out.setOutputStream(nowhere);
    out.start();
    async.setContext(context);
    async.addAppender(out);
    async.start();
    Logger log = context.getLogger("access");
    log.setAdditive(false);
    log.addAppender(async);
    log.setLevel(Level.toLevel(level));
  }

  /** Ends the writer's thread. */
  @TearDown
  public void stop() {
    async.stop();
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

  /** The trail and the line. */
  @Benchmark
  public void line() {
    settlement.close(served(), Outcome.SERVED, 200);
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
