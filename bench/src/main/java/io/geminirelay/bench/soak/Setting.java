package io.geminirelay.bench.soak;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the gateways are told.
 *
 * @param targets of the groups: plain HTTP/1.1, plain HTTP/2, TLS
 * @param exits the ways to the last of them
 * @param caFile the authority of the TLS target
 * @param redis where state is shared, or null
 */
record Setting(List<String> targets, List<String> exits, Path caFile, @Nullable String redis) {
  static final String AGENT_TOKEN = "soak-agents-token-0123456789";
  static final String LIMITED_TOKEN = "soak-limited-token-0123456789";
  static final String NARROW_TOKEN = "soak-narrow-token-0123456789";
  static final String ADMIN_TOKEN = "soak-admin-token-0123456789";

  /** Requests a minute of the limited client. */
  static final int LIMITED_RPM = 60;

  /** Requests at once of the narrow client. */
  static final int NARROW_AT_ONCE = 2;

  /** Requests a minute of each key for {@link Kind#QUOTA_MODEL}. */
  static final int QUOTA_RPM = 60;

  /** Seconds that an unused connection to an upstream stays open. */
  static final int POOL_IDLE_SECS = 2;

  static final int KEYS_OF_A_GROUP = 3;
  static final List<String> GROUPS = List.of("direct", "fast", "secure");

  /** A key in Google's form. */
  static String key(String group, int number) {
    String start = "AIzaSoak" + group + number;
    return start + "x".repeat(39 - start.length());
  }

  /** The keys of a group. */
  static List<String> keys(String group) {
    return IntStream.range(0, KEYS_OF_A_GROUP).mapToObj(n -> key(group, n)).toList();
  }

  /** Whatever must appear nowhere. */
  static List<String> secrets() {
    return List.of(
        "AIzaSoak", AGENT_TOKEN, LIMITED_TOKEN, NARROW_TOKEN, ADMIN_TOKEN, "nobodys-token");
  }

  /**
   * The configuration file.
   *
   * @param port where it listens
   * @param tls its certificate and private key, or null
   * @param change differs from one file to the next, so that there is something to read anew
   */
  String yaml(int port, @Nullable String tls, int change) {
    return """
        server:
          port: %d
          workers: 2
          %s
          connect_timeout_secs: 3
          request_timeout_secs: 10
          drain_timeout_secs: 10
          admin_token: %s
          overload: {loop_delay_secs: 10}
          limits: {header_timeout_secs: 15, body_timeout_secs: 20, idle_timeout_secs: 120}
        clients:
          - {name: agents, token: %s}
          - {name: limited, token: %s, requests_per_minute: %d}
          - {name: narrow, token: %s, max_concurrent: %d}
        groups:
          - name: direct
            target_url: %s
            http_version: "1.1"
            api_keys: [%s]
            limits: {%s: {rpm: %d}}
          - name: fast
            target_url: %s
            http_version: "2"
            api_keys: [%s]
            limits: {%s: {rpm: %d}}
          - name: secure
            target_url: %s
            ca_file: %s
            proxy_urls: [%s]
            api_keys: [%s]
            limits: {%s: {rpm: %d}}
        max_wait_secs: %d
        temporary_block_minutes: 1
        upstream:
          idle_timeout_secs: 12
          tls_timeout_secs: 5
          deadline_secs: 120
          retry_budget: 1
          min_retries_per_second: 1000
          exit_check_secs: 1
          pool: {idle_secs: %d}
        circuit_breaker: {failure_threshold: 5, recovery_timeout_secs: 1, success_threshold: 1}
        %s
        """
        .formatted(
            port,
            tls == null ? "" : "tls: " + tls,
            ADMIN_TOKEN,
            AGENT_TOKEN,
            LIMITED_TOKEN,
            LIMITED_RPM,
            NARROW_TOKEN,
            NARROW_AT_ONCE,
            targets.get(0),
            String.join(", ", keys("direct")),
            Kind.QUOTA_MODEL,
            QUOTA_RPM,
            targets.get(1),
            String.join(", ", keys("fast")),
            Kind.QUOTA_MODEL,
            QUOTA_RPM,
            targets.get(2),
            caFile,
            String.join(", ", exits.stream().map(exit -> '"' + exit + '"').toList()),
            String.join(", ", keys("secure")),
            Kind.QUOTA_MODEL,
            QUOTA_RPM,
            20 + change % 10,
            POOL_IDLE_SECS,
            redis == null ? "" : "redis_url: " + redis);
  }
}
