package io.geminirelay.bench.jmh;

import java.util.Locale;
import java.util.Map;

/** What must not allocate more than it does: one benchmark each, with its parameters. */
enum Guarded {
  /** A request with everything on: the whole way, and the line that the log's thread makes. */
  UNARY_EVERYTHING(RelayBenchmark.class, "unary", Map.of("equipment", "EVERYTHING")),
  /** A request's whole way alone. */
  UNARY_BARE(RelayBenchmark.class, "unary", Map.of("equipment", "BARE")),
  /** An event of a stream with everything on. */
  STREAM_EVENT_EVERYTHING(RelayBenchmark.class, "streamEvent", Map.of("equipment", "EVERYTHING")),
  /** An event of a stream alone. */
  STREAM_EVENT_BARE(RelayBenchmark.class, "streamEvent", Map.of("equipment", "BARE")),
  /** A request with everything on, of a client that speaks HTTP/2. */
  UNARY_HTTP2_EVERYTHING(RelayBenchmark.class, "unaryHttp2", Map.of("equipment", "EVERYTHING")),
  /** The stages in front of forwarding, with everything on but the log. */
  STAGES_EVERYTHING(StagesBenchmark.class, "request", Map.of("equipment", "EVERYTHING")),
  /** The meaning of a path. */
  ROUTING(
      RoutingBenchmark.class,
      "match",
      Map.of("target", "/v1beta/models/gemini-2.5-flash:generateContent")),
  /** Who calls, out of a hundred clients. */
  AUTH(AuthBenchmark.class, "pass", Map.of("clients", "100", "header", "x-goog-api-key")),
  /** The limits of addresses and clients. */
  LIMITS(LimitsBenchmark.class, "pass", Map.of("limits", "all")),
  /** Google's request head made of a client's. */
  REQUEST_HEAD(HeadBenchmark.class, "request", Map.of("length", "WHOLE")),
  /** A client's answer head made of Google's. */
  ANSWER_HEAD(HeadBenchmark.class, "answer", Map.of("length", "WHOLE")),
  /** The choice of a key out of a thousand with known quotas. */
  SELECTION(
      SelectionBenchmark.class,
      "select",
      Map.of("keys", "1000", "cooling", "0", "limits", "known")),
  /** The guard of tokens where the length of the body decides. */
  TOKEN_GUARD_BY_LENGTH(
      TokenGuardBenchmark.class, "request", Map.of("way", "LENGTH", "bodyBytes", "1000")),
  /** Reading along, 64 events. */
  STREAM_SCANNER(StreamScannerBenchmark.class, "wholeStream", Map.of("textBytes", "100")),
  /** The metrics of an exchange. */
  METRICS(MetricsBenchmark.class, "request", Map.of("attempts", "1")),
  /** The line of an exchange in the log. */
  ACCESS_LINE(AccessLogBenchmark.class, "line", Map.of("level", "INFO"));

  private final Class<?> type;
  private final String method;

  @SuppressWarnings("ImmutableEnumChecker") // all are made by Map.of
  private final Map<String, String> params;

  Guarded(Class<?> type, String method, Map<String, String> params) {
    this.type = type;
    this.method = method;
    this.params = params;
  }

  /** What it is called in the file of bounds. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The benchmark's name for JMH. */
  String benchmark() {
    return type.getName() + "." + method;
  }

  /** The benchmark's parameters. */
  Map<String, String> params() {
    return params;
  }

  /** Whether the whole gateway runs, which takes long until all of it is compiled. */
  boolean wholeGateway() {
    return type == RelayBenchmark.class;
  }
}
