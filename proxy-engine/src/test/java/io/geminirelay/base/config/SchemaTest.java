package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema for editors and the loader agree about what is right. */
class SchemaTest {
  private static final String KEY = "groups: [{name: a, api_keys: [k]}]\n";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../config/proxy.yaml",
        "../config/minimal.yaml",
        "src/test/resources/config/group-rotation.yaml",
        "src/test/resources/config/daily-block.yaml"
      })
  void anExampleIsTakenByBothAndItsPrintedFormToo(String name) throws Exception {
    String text = Files.readString(Path.of(name));
    assertEquals(List.of(), schema().validate(text, InputFormat.YAML));
    EngineConfig config = load(text);
    String printed = ConfigText.of(config);
    assertEquals(List.of(), schema().validate(printed, InputFormat.YAML), printed);
    assertEquals(config.outbound(), load(printed).outbound());
    assertEquals(config.server().limits(), load(printed).server().limits());
    assertEquals(config.server().http2(), load(printed).server().http2());
    assertEquals(config.keys(), load(printed).keys());
    assertEquals(limits(config), limits(load(printed)));
    assertEquals(config.guard().cors(), load(printed).guard().cors());
  }

  private static List<?> limits(EngineConfig config) {
    return config.groups().stream()
        .flatMap(
            group ->
                group.keys().stream()
                    .map(key -> Arrays.asList(key.tier(), group.limits(), key.groupTier())))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "servr: {}",
        "server: {port: 65536}",
        "server: {port: eighty}",
        "server: {prot: 80}",
        "server: {transport: kqueue}",
        "server: {reuse_port: perhaps}",
        "server: {drain_delay_secs: -1}",
        "server: {drain_delay_secs: 3601}",
        "server: {allocator: mine}",
        "server: {limits: {body_bytes: 1TB}}",
        "server: {limits: {body_bytes: 17179869184GiB}}",
        "server: {limits: {header_bytes: 10}}",
        "server: {limits: {header_fields: 0}}",
        "server: {limits: {body_bytes_per_sec: -1}}",
        "server: {limits: {send_timeout_secs: 0}}",
        "server: {limits: {send_bytes_per_sec: -1}}",
        "server: {limits: {connections_per_address: -1}}",
        "server: {http2: {max_streams: 0}}",
        "server: {http2: {max_resets: many}}",
        "server: {http2: {max_control_frames: 99}}",
        "server: {http2: {flood_window_secs: 0.5}}",
        "server: {http2: {max_stream: 1}}",
        "server: {trusted_proxies: 10.0.0.0/8}",
        "server: {proxy_protocol: v2}",
        "server: {cors: {origins: [example.com]}}",
        "server: {tokenizer_file: []}",
        "server: {cors: {origins: ['https://a.b/']}}",
        "server: {cors: {origins: ['https://a.b:443']}}",
        "server: {cors: {methods: [TRACE]}}",
        "server: {cors: {allowed_headers: ['a b']}}",
        "server: {cors: {max_age_secs: 86401}}",
        "server: {cors: {credentials: maybe}}",
        "server: {security: {require_https: maybe}}",
        "server: {admin_token: a, admin_token_env: B}",
        "server: {tls: {certificate: a.pem}}",
        "server: []",
        "upstream: {dns_servers: [dns.example]}",
        "auth: some",
        "clients: [{name: a}]",
        "clients: [{token: a}]",
        "clients: [{name: a, token_sha256: abc}]",
        "clients: [{name: a, token: b, token_sha256: abc}]",
        "clients: {name: a}",
        "tiers: [free]",
        "tiers: {free: {m: {rpm: -1}}}",
        "tiers: {free: {m: {qpm: 1}}}",
        "top_p: 1.5",
        "top_p: high",
        "rate_limit_behavior: guess",
        "daily_reset: noon",
        "max_wait_secs: -1",
        "max_waiting: 0",
        "disabled_keys: [abc]",
        "disabled_keys: 0123456789",
        "internal_retries: 1.5",
        "upstream: {retry_budget: 2}",
        "upstream: {pool: {max_idle: -1}}",
        "circuit_breaker: {failure_threshold: 0}",
        "rate_limit: {burst_size: 0}",
        "redis_url: localhost",
        "redis_url: 'redis://'",
        "redis_url: 'redis://me:s3#cret@h'",
        "redis_url: 'redis-sentinel://h:26379/0'",
        "generate: {chunk_token: 0}",
        "simple: {max_prompt_chars: 0}",
        "simple: {max_prompt_char: 10}",
        "log_level: loud",
        "log_format: xml"
      })
  void aMistakeIsRefusedByBoth(String text) throws Exception {
    refusedByBoth(KEY + text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{api_keys: [k]}",
        "{name: a, api_keys: k}",
        "{name: a, api_keys: ['a b']}",
        "{name: a, api_keys: [{weight: 1}]}",
        "{name: a, api_keys: [{key: k, weight: 0}]}",
        "{name: a, api_keys: [{key: k, wait: 1}]}",
        "{name: a, api_keys: [k], target_url: ftp://x}",
        "{name: a, api_keys: [k], proxy_url: socks4://x}",
        "{name: a, api_keys: [k], proxy_urls: [x]}",
        "{name: a, api_keys: [k], http_version: 3}",
        "{name: a, api_keys: [k], model_aliases: m}",
        "{name: a, api_keys: [k], model_aliases: [[m]]}",
        "{name: a, api_keys: [k], model_aliases: [{m: [n]}]}",
        "{name: a, api_keys: [k], model_aliases: {m: }}",
        "{name: a, api_keys: [k], model_aliases: {m: ''}}",
        "{name: a, api_keys: [k], model_aliases: [{m: 5}]}",
        "{name: a, api_keys: [k], model_aliases: [{' ': n}]}",
        "{name: a, api_keys: [k], limits: {m: {rpm: -1}}}",
        "{name: a, api_keys: [k], tier: [free]}",
        "{name: a, api_keys: [{key: k, tier: ' '}]}"
      })
  void aMistakeInAGroupIsRefusedByBoth(String group) throws Exception {
    refusedByBoth("groups: [" + group + "]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: {admin_token: '', admin_token_env: '', admin_token_file: ''}",
        "server: {tokenizer_type: smart_parallel, tokenizer_config: {a: 1}, safety_multiplier: 1.2}",
        "multimodal: {safety_multiplier: 1.2}",
        "{redis_url: '', redis_url_env: ''}",
        "generate: {password: ''}",
      })
  void whatCountsForNothingIsTakenByBoth(String text) throws Exception {
    String whole =
        "groups: [{name: a, target_url: '', proxy_url: '', api_keys: [{key: k, proxy_url: ''}]}]\n"
            + (text.startsWith("{")
                ? text.substring(1, text.length() - 1).replace(", ", "\n")
                : text);
    assertEquals(List.of(), schema().validate(whole, InputFormat.YAML));
    assertEquals(List.of(), problems(whole));
  }

  /** What a schema cannot say, by name. */
  @Test
  void onlyTheLoaderSeesWhatConcernsSeveralValues() throws Exception {
    Map<String, String> texts =
        Map.of(
            "reach",
            KEY + "server: {host: 0.0.0.0}",
            "every page",
            KEY + "server: {cors: {origins: ['*']}}",
            "unknown group",
            KEY + "clients: [{name: c, token: t, groups: [b]}]",
            "key twice",
            "groups: [{name: a, api_keys: [k, k]}]",
            "alias twice",
            "groups: [{name: a, api_keys: [k], model_aliases: [m, {m: n}]}]",
            "no key",
            "groups: []",
            "header of nobody",
            KEY + "server: {proxy_protocol: true}",
            "zone",
            KEY + "daily_reset: 00:00 Mars/Base");
    for (String text : texts.values()) {
      assertEquals(List.of(), schema().validate(text, InputFormat.YAML), text);
      assertFalse(problems(text).isEmpty(), text);
    }
  }

  private void refusedByBoth(String text) throws Exception {
    assertFalse(problems(text).isEmpty(), "the loader takes " + text);
    assertFalse(schema().validate(text, InputFormat.YAML).isEmpty(), "the schema takes " + text);
  }

  private List<Problem> problems(String text) throws IOException {
    try {
      load(text);
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }

  private EngineConfig load(String text) throws IOException, ConfigException {
    Path file = Files.writeString(folder.resolve("proxy.yaml"), text);
    return ConfigLoader.load(new ConfigSource(file, folder, Map.of())).config();
  }

  private static Schema schema() throws IOException {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(Files.readString(Path.of("../config/gemini-relay.schema.json")));
  }
}
