package io.geminirelay.bench.jmh;

import io.geminirelay.flow.classify.RouteMatch;
import io.geminirelay.flow.classify.RouteTable;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs to learn what a path means. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {

  /** Path and query of the request. */
  @Param({
    "/v1beta/models/gemini-2.5-flash:generateContent",
    "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    "/v1beta/models/gemini-2.5-flash:generateContent?key=crawler-token-0123456789",
    "/v1/chat/completions",
    "/generate"
  })
  public String target = "/";

  /**
   * One look-up.
   *
   * @return what the path means
   */
  @Benchmark
  public RouteMatch match() {
    return RouteTable.match(HttpMethod.POST, target);
  }
}
