package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.plan.Route;
import io.geminirelay.bench.load.plan.Workload;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The gateway with everything on: clients with tokens and limits, a limit for addresses, the guard
 * against long prompts, quotas of keys, metrics, and a line in the log for each request. The limits
 * are too high to be reached; they are counted all the same.
 */
final class GatewayConfig {
  /** As long as the longest prompt that Google's models take. */
  private static final int MAX_TOKENS = 1_000_000;

  private static final String TEXT =
      """
      server:
        port: %1$d
        max_tokens_per_request: %2$d
        metrics_token: a-metrics-token-0123456789
        overload: {loop_delay_secs: 10}
      clients:
        - name: load
          token: %3$s
          requests_per_minute: 2000000000
          tokens_per_minute: 1000000000000
          max_concurrent: 1000000
      rate_limit: {requests_per_minute: 2000000000, burst_size: 1000000}
      groups:
        - name: plain
          target_url: http://127.0.0.1:%4$d
          http_version: "1.1"
          model_aliases: [%5$s]
          api_keys: [%6$s]
          limits: {"*": %7$s}
        - name: secure
          target_url: https://127.0.0.1:%8$d
          http_version: "1.1"
          ca_file: %9$s
          model_aliases: [%10$s]
          api_keys: [%11$s]
          limits: {"*": %7$s}
        - name: http2
          target_url: https://127.0.0.1:%8$d
          http_version: "2"
          ca_file: %9$s
          model_aliases: [%12$s]
          api_keys: [%13$s]
          limits: {"*": %7$s}
      upstream:
        max_attempts: 1
        pool: {max_idle: 1024, max_connections: 16384}
      log_level: info
      """;

  private static final String LIMITS = "{rpm: 1000000000, tpm: 1000000000000, rpd: 1000000000000}";

  private GatewayConfig() {}

  /** The file's text. */
  static String text(Setup setup) {
    return TEXT.formatted(
        setup.port(Route.PLAIN),
        MAX_TOKENS,
        Workload.TOKEN,
        setup.upstream().port(),
        Route.PLAIN.model(),
        keys("plain", setup.keys()),
        LIMITS,
        setup.upstream().tlsPort(),
        setup.upstream().tls().authority(),
        Route.TLS.model(),
        keys("secure", setup.keys()),
        Route.HTTP2_UPSTREAM.model(),
        keys("http2", setup.keys()));
  }

  private static String keys(String group, int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> "upstream-key-%s-%d".formatted(group, number))
        .collect(Collectors.joining(", "));
  }
}
