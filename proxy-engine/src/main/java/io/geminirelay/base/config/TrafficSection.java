package io.geminirelay.base.config;

import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.config.OutboundConfig.PoolConfig;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how requests are tried, rested and limited, which the file spreads over several names. */
final class TrafficSection {
  private static final int DAY_SECS = 86_400;
  private static final int DNS_PORT = 53;
  private static final Pattern RESET =
      Pattern.compile("([01][0-9]|2[0-3]):([0-5][0-9]) ([A-Za-z0-9_+/-]+)");

  private final ConfigTree root;
  private final ConfigTree server;
  private final Typed typed;

  TrafficSection(ConfigTree root, ConfigTree server) {
    this.root = root;
    this.server = server;
    this.typed = new Typed(root);
  }

  /** Spellings of the behaviour; the later ones are those of older proxies. */
  static Map<String, RateLimitBehavior> behaviors() {
    Map<String, RateLimitBehavior> all = new LinkedHashMap<>();
    for (String name : new String[] {"quota_aware", "QuotaAware", "quotaAware"}) {
      all.put(name, RateLimitBehavior.QUOTA_AWARE);
    }
    for (String name : new String[] {"block_until_reset", "BlockUntilReset", "blockUntilReset"}) {
      all.put(name, RateLimitBehavior.BLOCK_UNTIL_RESET);
      all.put(
          name.replace("reset", "midnight").replace("Reset", "Midnight"),
          RateLimitBehavior.BLOCK_UNTIL_RESET);
    }
    for (String name : new String[] {"retry_next_key", "RetryNextKey", "retryNextKey"}) {
      all.put(name, RateLimitBehavior.RETRY_NEXT_KEY);
    }
    return all;
  }

  KeysConfig keys(Set<String> disabled) {
    KeysConfig standard = KeysConfig.STANDARD;
    LocalTime time = standard.resetTime();
    ZoneId zone = standard.resetZone();
    Scalar reset = typed.text("daily_reset");
    if (reset != null) {
      Matcher match = RESET.matcher(reset.text());
      ZoneId given = match.matches() ? zone(match.group(3)) : null;
      if (given == null) {
        String expected = "a time and a zone like \"00:00 America/Los_Angeles\"";
        root.problems().add(reset.place(), Shown.plain(reset.text()), expected);
      } else {
        time = LocalTime.of(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
        zone = given;
      }
    }
    return new KeysConfig(
        typed.choice("rate_limit_behavior", behaviors(), standard.behavior()),
        time,
        zone,
        typed.count("max_failures_threshold", 1, 1_000_000, standard.maxFailures()),
        Duration.ofMinutes(
            typed.whole(
                "temporary_block_minutes", 1, 10_080, standard.temporaryBlock().toMinutes())),
        typed.seconds("max_wait_secs", 0, DAY_SECS, standard.maxWait()),
        typed.count("max_waiting", 1, 1_000_000, standard.maxWaiting()),
        disabled);
  }

  private static @Nullable ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      return null;
    }
  }

  OutboundConfig outbound() {
    ConfigTree tree = root.section("upstream");
    Typed own = new Typed(tree);
    Typed ofServer = new Typed(server);
    OutboundConfig standard = OutboundConfig.STANDARD;
    Double budget = own.share("retry_budget");
    OutboundConfig outbound =
        new OutboundConfig(
            ofServer.seconds("connect_timeout_secs", 1, 600, standard.connect()),
            own.seconds("tls_timeout_secs", 1, 600, standard.tlsHandshake()),
            ofServer.seconds("request_timeout_secs", 1, DAY_SECS, standard.firstByte()),
            own.seconds("idle_timeout_secs", 1, DAY_SECS, standard.idle()),
            own.seconds("deadline_secs", 1, DAY_SECS, standard.deadline()),
            own.count("max_attempts", 1, 10_000, standard.maxAttempts()),
            typed.count("internal_retries", 0, 100, standard.internalRetries()),
            (int) own.bytes("max_replay_bytes", 0, 1 << 30, standard.maxReplayBytes()),
            budget == null ? standard.retryBudget() : budget,
            own.count("min_retries_per_second", 0, 1_000_000, standard.minRetriesPerSecond()),
            pool(tree.section("pool")),
            typed.seconds("keepalive_secs", 0, 3600, standard.keepaliveComments()),
            own.seconds("exit_check_secs", 0, DAY_SECS, standard.exitCheck()),
            dnsServers(own));
    tree.done();
    return outbound;
  }

  private List<String> dnsServers(Typed own) {
    List<String> servers = new ArrayList<>();
    for (Scalar server : own.texts("dns_servers")) {
      String full = Addresses.withPort(server.text(), DNS_PORT);
      if (full == null) {
        String expected = "an address like 10.0.0.53, 10.0.0.53:5353 or [fd00::53]:53";
        root.problems().add(server.place(), Shown.plain(server.text()), expected);
      } else {
        servers.add(full);
      }
    }
    return List.copyOf(servers);
  }

  private static PoolConfig pool(ConfigTree tree) {
    Typed own = new Typed(tree);
    PoolConfig standard = PoolConfig.STANDARD;
    PoolConfig pool =
        new PoolConfig(
            own.count("max_idle", 0, 1_000_000, standard.maxIdle()),
            own.count("max_connections", 1, 1_000_000, standard.maxConnections()),
            own.count("max_streams", 1, 1_000_000, standard.maxStreams()),
            own.seconds("idle_secs", 1, DAY_SECS, standard.idle()),
            own.seconds("lifetime_secs", 1, 30L * DAY_SECS, standard.lifetime()));
    tree.done();
    return pool;
  }

  BreakerConfig breaker() {
    ConfigTree tree = root.section("circuit_breaker");
    Typed own = new Typed(tree);
    BreakerConfig standard = BreakerConfig.STANDARD;
    BreakerConfig breaker =
        new BreakerConfig(
            own.count("failure_threshold", 1, 1_000_000, standard.failureThreshold()),
            own.seconds("recovery_timeout_secs", 1, DAY_SECS, standard.recovery()),
            own.count("success_threshold", 1, 1_000_000, standard.successThreshold()),
            own.count("half_open_max_calls", 1, 1_000_000, standard.trials()));
    tree.done();
    return breaker;
  }

  /** The rules of admission; a {@code top_p} of the server comes before the root's. */
  GuardConfig guard(ServerSection serverSection) {
    GuardConfig standard = GuardConfig.STANDARD;
    ConfigTree limit = root.section("rate_limit");
    Typed own = new Typed(limit);
    Double rootTopP = typed.share("top_p");
    Double serverTopP = new Typed(server).share("top_p");
    if (rootTopP != null && serverTopP != null && !rootTopP.equals(serverTopP)) {
      root.problems().warn(root.placeOf("top_p"), "another value than server.top_p", "only one");
    }
    GuardConfig guard =
        new GuardConfig(
            new Typed(server)
                .whole("max_tokens_per_request", 0, 100_000_000, standard.maxTokensPerRequest()),
            serverTopP != null ? serverTopP : rootTopP,
            own.whole("requests_per_minute", 0, Integer.MAX_VALUE, standard.requestsPerMinute()),
            own.count("burst_size", 1, 1_000_000, standard.burst()),
            serverSection.cors(),
            ServerSection.readable(server, "tokenizer_file"));
    limit.done();
    return guard;
  }
}
