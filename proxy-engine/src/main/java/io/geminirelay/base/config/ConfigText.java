package io.geminirelay.base.config;

import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.GroupConfig.Tier;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Writes a configuration as the YAML that would give it, every secret masked: keys as {@code
 * group/number#fingerprint}, anything else as {@code ***}.
 */
public final class ConfigText {
  private ConfigText() {}

  /** The effective configuration, settings at their standard value included. */
  public static String of(EngineConfig config) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setSplitLines(false);
    options.setDereferenceAliases(true); // empty lists are one object
    return new Yaml(new PlainNumbers(options), options).dump(root(config));
  }

  /** Writes numbers without an exponent, as they are read. */
  private static final class PlainNumbers extends Representer {
    PlainNumbers(DumperOptions options) {
      super(options);
      representers.put(BigDecimal.class, value -> plain((BigDecimal) value));
      representers.put(Double.class, value -> plain(new BigDecimal(String.valueOf(value))));
    }

    private static Node plain(BigDecimal value) {
      return new ScalarNode(
          Tag.FLOAT, value.toPlainString(), null, null, DumperOptions.ScalarStyle.PLAIN);
    }
  }

  private static Map<String, Object> root(EngineConfig config) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("server", server(config));
    if (config.openToAll()) {
      all.put("auth", "none");
    }
    all.put("clients", config.clients().stream().map(ConfigText::client).toList());
    all.put("groups", config.groups().stream().map(ConfigText::group).toList());
    all.put("tiers", tiers(config.groups()));
    keys(all, config.keys());
    all.put("internal_retries", config.outbound().internalRetries());
    all.put("keepalive_secs", secs(config.outbound().keepaliveComments()));
    all.put("upstream", upstream(config.outbound()));
    all.put("circuit_breaker", breaker(config.breaker()));
    put(all, "top_p", config.guard().topP());
    Map<String, Object> limit = new LinkedHashMap<>();
    limit.put("requests_per_minute", config.guard().requestsPerMinute());
    limit.put("burst_size", config.guard().burst());
    all.put("rate_limit", limit);
    state(all, config.state());
    Map<String, Object> generate = new LinkedHashMap<>();
    generate.put("model", config.dialects().generateModel());
    generate.put("chunk_token", config.dialects().chunkTokens());
    put(generate, "password", masked(config.dialects().generatePassword()));
    all.put("generate", generate);
    all.put("simple", Map.of("max_prompt_chars", config.dialects().maxPromptChars()));
    all.put("log_level", config.telemetry().logLevel());
    all.put("log_format", nameOf(ConfigLoader.logFormats(), config.telemetry().logFormat()));
    return all;
  }

  private static Map<String, Object> server(EngineConfig config) {
    ServerConfig server = config.server();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("host", server.host());
    all.put("port", server.port());
    all.put("reuse_port", server.reusePort());
    all.put("transport", nameOf(ServerSection.transports(), server.transport()));
    all.put("allocator", nameOf(ServerSection.allocators(), server.allocator()));
    all.put("workers", server.workers());
    all.put("max_connections", server.maxConnections());
    all.put("limits", limits(server.limits()));
    all.put("http2", http2(server.http2()));
    all.put("overload", overload(server.overload()));
    all.put("connect_timeout_secs", secs(config.outbound().connect()));
    all.put("request_timeout_secs", secs(config.outbound().firstByte()));
    all.put("drain_timeout_secs", secs(server.drain()));
    all.put("drain_delay_secs", secs(server.drainDelay()));
    all.put("max_tokens_per_request", config.guard().maxTokensPerRequest());
    Path vocabulary = config.guard().vocabulary();
    put(all, "tokenizer_file", vocabulary == null ? null : vocabulary.toString());
    ServerConfig.TlsFiles tls = server.tls();
    if (tls != null) {
      Map<String, Object> files = new LinkedHashMap<>();
      files.put("certificate", tls.certificate().toString());
      files.put("private_key", tls.privateKey().toString());
      all.put("tls", files);
    }
    put(all, "admin_token", masked(server.adminToken()));
    put(all, "metrics_token", masked(server.metricsToken()));
    all.put("security", security(config.admin()));
    all.put("trusted_proxies", server.trust().proxies());
    all.put("proxy_protocol", server.trust().proxyProtocol());
    all.put("cors", cors(config.guard().cors()));
    all.put("reload_on_change", server.reloadOnChange());
    return all;
  }

  private static Map<String, Object> cors(CorsRules rules) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("origins", rules.origins());
    all.put("allowed_headers", rules.allowedHeaders());
    all.put("methods", rules.methods());
    all.put("expose_headers", rules.exposeHeaders());
    all.put("max_age_secs", secs(rules.maxAge()));
    all.put("credentials", rules.credentials());
    return all;
  }

  private static Map<String, Object> limits(ServerConfig.ClientLimits limits) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("request_line_bytes", limits.maxRequestLineBytes());
    all.put("header_bytes", limits.maxHeaderBytes());
    all.put("body_bytes", limits.maxBodyBytes());
    all.put("header_timeout_secs", secs(limits.head()));
    all.put("body_timeout_secs", secs(limits.body()));
    all.put("idle_timeout_secs", secs(limits.idle()));
    all.put("header_fields", limits.maxHeaderFields());
    all.put("body_bytes_per_sec", limits.minBodyBytesPerSecond());
    all.put("send_timeout_secs", secs(limits.send()));
    all.put("send_bytes_per_sec", limits.minSendBytesPerSecond());
    all.put("connections_per_address", limits.connectionsPerAddress());
    return all;
  }

  private static Map<String, Object> http2(Http2Limits limits) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("max_streams", limits.maxStreams());
    all.put("max_resets", limits.maxResets());
    all.put("max_control_frames", limits.maxControlFrames());
    all.put("flood_window_secs", secs(limits.window()));
    return all;
  }

  private static Map<String, Object> overload(OverloadConfig overload) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("direct_memory", overload.directMemory());
    all.put("heap", overload.heap());
    all.put("descriptors", overload.descriptors());
    all.put("max_requests", overload.maxRequests());
    all.put("loop_delay_secs", secs(overload.loopDelay()));
    return all;
  }

  private static Map<String, Object> security(AdminConfig admin) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("require_https", !admin.mayUsePlainHttp());
    all.put("max_login_attempts", admin.maxLoginAttempts());
    all.put("lockout_duration_secs", secs(admin.lockout()));
    all.put("session_timeout_secs", secs(admin.session()));
    return all;
  }

  private static Map<String, Object> client(ClientConfig client) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("name", client.name());
    String fingerprint = HexFormat.of().formatHex(client.tokenSha256(), 0, 5);
    all.put("token", "***#" + fingerprint);
    all.put("requests_per_minute", client.requestsPerMinute());
    all.put("tokens_per_minute", client.tokensPerMinute());
    all.put("max_concurrent", client.maxConcurrent());
    all.put("models", client.models());
    all.put("groups", client.groups());
    all.put("priority", client.priority().word());
    return all;
  }

  private static Map<String, Object> group(GroupConfig group) {
    Map<String, Object> all = new LinkedHashMap<>();
    TargetConfig target = group.target();
    all.put("name", group.name());
    String scheme = target.tls() ? "https://" : "http://";
    all.put("target_url", scheme + target.authority() + target.basePath());
    all.put("http_version", nameOf(GroupSection.protocols(), target.protocol()));
    put(all, "ca_file", text(target.caFile()));
    all.put("proxy_urls", group.egresses().stream().map(ConfigText::egress).toList());
    all.put("model_aliases", aliases(group.modelAliases()));
    put(all, "top_p", group.topP());
    int[] number = {0};
    all.put(
        "api_keys",
        group.keys().stream().map(key -> key(group.name() + "/" + ++number[0], key)).toList());
    Tier tier = group.keys().isEmpty() ? null : group.keys().get(0).groupTier();
    put(all, "tier", tier == null ? null : tier.name());
    all.put("limits", limits(group.limits()));
    return all;
  }

  private static Map<String, Object> limits(Map<String, QuotaLimits> table) {
    Map<String, Object> limits = new LinkedHashMap<>();
    for (Entry<String, QuotaLimits> entry : table.entrySet()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("rpm", entry.getValue().requestsPerMinute());
      one.put("tpm", entry.getValue().tokensPerMinute());
      one.put("rpd", entry.getValue().requestsPerDay());
      limits.put(entry.getKey(), one);
    }
    return limits;
  }

  /** Those that some key goes by. */
  private static Map<String, Object> tiers(List<GroupConfig> groups) {
    Map<String, Object> tiers = new LinkedHashMap<>();
    groups.stream()
        .flatMap(group -> group.keys().stream())
        .flatMap(key -> Stream.of(key.tier(), key.groupTier()).filter(Objects::nonNull))
        .forEach(tier -> tiers.computeIfAbsent(tier.name(), name -> limits(tier.limits())));
    return tiers;
  }

  private static List<Object> aliases(Map<String, String> aliases) {
    List<Object> all = new ArrayList<>();
    aliases.forEach((asked, sent) -> all.add(asked.equals(sent) ? asked : Map.of(asked, sent)));
    return all;
  }

  private static Map<String, Object> key(String name, KeyConfig key) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("key", (name + "#" + key.key().fingerprint()).replaceAll("[^!-~]", "_"));
    put(all, "project", key.project());
    all.put("weight", key.weight());
    EgressConfig egress = key.egress();
    put(all, "proxy_url", egress == null ? null : egress(egress));
    Tier tier = key.tier();
    put(all, "tier", tier == null ? null : tier.name());
    return all;
  }

  private static String egress(EgressConfig egress) {
    String host = egress.host().indexOf(':') >= 0 ? "[" + egress.host() + "]" : egress.host();
    String login = egress.user() == null && egress.password() == null ? "" : "***:***@";
    return egress.kind().name().toLowerCase(Locale.ROOT)
        + "://"
        + login
        + host
        + ":"
        + egress.port();
  }

  private static void keys(Map<String, Object> all, KeysConfig keys) {
    all.put("rate_limit_behavior", nameOf(TrafficSection.behaviors(), keys.behavior()));
    all.put("daily_reset", keys.resetTime() + " " + keys.resetZone());
    all.put("max_failures_threshold", keys.maxFailures());
    all.put("temporary_block_minutes", keys.temporaryBlock().toMinutes());
    all.put("max_wait_secs", secs(keys.maxWait()));
    all.put("max_waiting", keys.maxWaiting());
    all.put("disabled_keys", keys.disabled().stream().sorted().toList());
  }

  private static Map<String, Object> upstream(OutboundConfig outbound) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tls_timeout_secs", secs(outbound.tlsHandshake()));
    all.put("idle_timeout_secs", secs(outbound.idle()));
    all.put("deadline_secs", secs(outbound.deadline()));
    all.put("max_attempts", outbound.maxAttempts());
    all.put("max_replay_bytes", outbound.maxReplayBytes());
    all.put("retry_budget", new BigDecimal(String.valueOf(outbound.retryBudget())));
    all.put("min_retries_per_second", outbound.minRetriesPerSecond());
    all.put("exit_check_secs", secs(outbound.exitCheck()));
    all.put("dns_servers", outbound.dnsServers());
    Map<String, Object> pool = new LinkedHashMap<>();
    pool.put("max_idle", outbound.pool().maxIdle());
    pool.put("max_connections", outbound.pool().maxConnections());
    pool.put("max_streams", outbound.pool().maxStreams());
    pool.put("idle_secs", secs(outbound.pool().idle()));
    pool.put("lifetime_secs", secs(outbound.pool().lifetime()));
    all.put("pool", pool);
    return all;
  }

  private static Map<String, Object> breaker(BreakerConfig breaker) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("failure_threshold", breaker.failureThreshold());
    all.put("recovery_timeout_secs", secs(breaker.recovery()));
    all.put("success_threshold", breaker.successThreshold());
    all.put("half_open_max_calls", breaker.trials());
    return all;
  }

  private static void state(Map<String, Object> all, StateConfig state) {
    put(all, "redis_url", state.redisUrl() == null ? null : redis(state.redisUrl()));
    all.put("redis_key_prefix", state.redisKeyPrefix());
    put(all, "state_dir", text(state.directory()));
  }

  /** The scheme alone, since the rest may hold a password. */
  private static String redis(Secret url) {
    return Shown.url(url.reveal());
  }

  private static @Nullable String masked(@Nullable Secret secret) {
    return secret == null ? null : Shown.MASK;
  }

  private static @Nullable String text(@Nullable Path path) {
    return path == null ? null : path.toString();
  }

  private static void put(Map<String, Object> all, String name, @Nullable Object value) {
    if (value != null) {
      all.put(name, value);
    }
  }

  private static <T> String nameOf(Map<String, T> names, T value) {
    List<String> fitting =
        names.entrySet().stream()
            .filter(entry -> entry.getValue().equals(value))
            .map(Entry::getKey)
            .toList();
    return fitting.get(0);
  }

  private static Number secs(Duration duration) {
    BigDecimal secs = BigDecimal.valueOf(duration.toNanos(), 9).stripTrailingZeros();
    return secs.scale() <= 0 ? (Number) secs.longValueExact() : (Number) secs;
  }
}
