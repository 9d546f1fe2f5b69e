package io.geminirelay.bench.jmh;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.flow.outbound.RequestHead;
import io.geminirelay.flow.relay.ResponseHead;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to make Google's request head of the client's, and the client's answer head. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadBenchmark {
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";
  private static final AsciiString KEY = AsciiString.of("a-key-of-thirty-nine-characters-0123456");

  /** What a short head has, and what a client library and Google's front end send. */
  private static final String[][] REQUEST = {
    {"Host", "localhost"},
    {"Content-Type", "application/json"},
    {"x-goog-api-key", Talk.TOKEN},
    {"Content-Length", "1024"},
    {"User-Agent", "google-genai-sdk/1.30.0 gl-python/3.12.3"},
    {"Accept", "*/*"},
    {"Accept-Encoding", "gzip, deflate"},
    {"Connection", "keep-alive"},
    {"x-goog-api-client", "google-genai-sdk/1.30.0 gl-python/3.12.3"},
    {"traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"},
  };

  private static final String[][] ANSWER = {
    {"Content-Type", "application/json; charset=UTF-8"},
    {"Content-Length", "1024"},
    {"Vary", "Origin"},
    {"Vary", "X-Origin"},
    {"Vary", "Referer"},
    {"Date", "Sun, 22 Nov 2026 10:00:00 GMT"},
    {"Server", "scaffolding on HTTPServer2"},
    {"X-XSS-Protection", "0"},
    {"X-Frame-Options", "SAMEORIGIN"},
    {"X-Content-Type-Options", "nosniff"},
    {"Server-Timing", "gfet4t7; dur=412"},
    {"Alt-Svc", "h3=\":443\"; ma=2592000,h3-29=\":443\"; ma=2592000"},
  };

  /** How many header fields there are: a few, or all that are sent in practice. */
  @Param({"SHORT", "WHOLE"})
  public String length = "SHORT";

  private final HttpRequest request =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
  private final HttpResponse answer =
      new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
  private final Exchange exchange = new Exchange("0123456789abcdef0123456789abcdef", request, 0);
  private final Secret key = Secret.of(KEY.toString());
  private @Nullable TargetConfig target;

  /** Writes both heads as a decoder does: names and values are {@link AsciiString}s. */
  @Setup
  public void prepare() throws Exception {
    EngineConfig config = Equipment.BARE.config();
    target = config.groups().get(0).target();
    int requestFields = length.equals("SHORT") ? 4 : REQUEST.length;
    for (int i = 0; i < requestFields; i++) {
      request.headers().add(AsciiString.of(REQUEST[i][0]), AsciiString.of(REQUEST[i][1]));
    }
    int answerFields = length.equals("SHORT") ? 2 : ANSWER.length;
    for (int i = 0; i < answerFields; i++) {
      answer.headers().add(AsciiString.of(ANSWER[i][0]), AsciiString.of(ANSWER[i][1]));
    }
    exchange.classified(Route.NATIVE, PATH, "gemini-2.5-flash", true);
  }

  private TargetConfig target() {
    if (target == null) {
      throw new IllegalStateException("not prepared");
    }
    return target;
  }

  /**
   * The head for Google.
   *
   * @return it
   */
  @Benchmark
  public HttpRequest request() {
    return RequestHead.build(exchange, target(), KEY, false, null);
  }

  /**
   * The head for the client.
   *
   * @return it
   */
  @Benchmark
  public HttpResponse answer() {
    return ResponseHead.build(answer, exchange, target(), key);
  }
}
