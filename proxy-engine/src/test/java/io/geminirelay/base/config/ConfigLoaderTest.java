package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest extends ConfigLoaderCase {
  @Test
  void severalExitsOfAGroupAreReadAndWhetherTheyAreChecked() throws Exception {
    String group = "groups: [{name: a, api_keys: [k], proxy_urls: [\"http://x\", \"http://y\"]}]\n";
    EngineConfig config = load(group + "upstream: {exit_check_secs: 0.5}", Map.of());
    assertEquals(
        List.of("x", "y"),
        config.groups().get(0).egresses().stream().map(EgressConfig::host).toList());
    assertEquals(Duration.ofMillis(500), config.outbound().exitCheck());
    assertEquals(Duration.ofSeconds(30), load(group, Map.of()).outbound().exitCheck());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.53, 10.0.0.53:53",
    "127.0.0.1:5353, 127.0.0.1:5353",
    "fd00::53, [fd00::53]:53",
    "[fd00::53]:54, [fd00::53]:54"
  })
  void aNameServerHasAPort(String given, String meant) throws Exception {
    String servers = "\nupstream: {dns_servers: [\"" + given + "\"]}";
    assertEquals(List.of(meant), load(KEY + servers, Map.of()).outbound().dnsServers());
  }

  @Test
  void anExitThatIsListedTwiceIsWarnedOf() throws Exception {
    List<Problem> warnings =
        warnings(
            "groups: [{name: a, api_keys: [k], proxy_urls: [\"http://u:secret@x\","
                + " \"http://y\", \"http://u:secret@x\"]}]");
    assertEquals(1, warnings.size(), warnings::toString);
    assertEquals("groups[0].proxy_urls[2]", warnings.get(0).place().path());
    assertFalse(warnings.toString().contains("secret"), warnings::toString);
  }

  @Test
  void aKeyAloneIsEnough() throws Exception {
    EngineConfig config = load(KEY, Map.of());
    assertEquals("127.0.0.1", config.server().host());
    assertEquals(8080, config.server().port());
    TargetConfig target = config.groups().get(0).target();
    assertEquals("generativelanguage.googleapis.com", target.authority());
    assertTrue(target.tls());
    assertFalse(config.openToAll());
  }

  @ParameterizedTest
  @CsvSource({
    "server: {tokenizer_type: multimodal},server.tokenizer_type",
    "'server: {tokenizer_config: {token_limit: 1}}',server.tokenizer_config",
    "server: {safety_multiplier: 1.2},server.safety_multiplier",
    "multimodal: {safety_multiplier: 1.2},multimodal",
  })
  void takesNamesOfOlderProxiesWithAWarning(String line, String path) throws Exception {
    List<Problem> warnings = warnings(KEY + line);
    assertEquals(1, warnings.size(), warnings::toString);
    assertEquals(path, warnings.get(0).path());
    assertTrue(warnings.get(0).expected().contains("no effect"), warnings::toString);
  }

  @Test
  void warnsOfAVocabularyThatCountsNothing(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), "{}");
    String setting = KEY + "server: {tokenizer_file: " + file + ", max_tokens_per_request: ";
    List<Problem> warnings = warnings(setting + "0}");
    assertEquals(1, warnings.size(), warnings::toString);
    assertEquals("server.tokenizer_file", warnings.get(0).path());
    assertTrue(warnings.get(0).expected().contains("max_tokens_per_request"), warnings::toString);
    assertEquals(List.of(), warnings(setting + "5}"));
  }

  @Test
  void nothingThatIsSetIsInVain() throws Exception {
    String text =
        """
        server:
          security: {require_https: true}
        clients:
          - {name: a, token: a-token, max_concurrent: 3, requests_per_minute: 1}
        groups: [{name: a, api_keys: [{key: k, weight: 2}], limits: {m: {rpm: 1}}}]
        rate_limit: {burst_size: 3}
        redis_url: redis://localhost
        internal_retries: 1
        """;
    assertEquals(List.of(), warnings(text));
    assertEquals(
        List.of(), warnings(KEY + "internal_retries: 1\ngenerate: {chunk_token: 7, model: m}"));
  }

  @Test
  void keysArePutAsideByTheirFingerprints() throws Exception {
    String print = Secret.of(SECRET).fingerprint();
    String text = KEY + "disabled_keys: ['" + print.toUpperCase(java.util.Locale.ROOT) + "']";
    assertEquals(java.util.Set.of(print), load(text, Map.of()).keys().disabled());
    List<Problem> warnings = warnings(KEY + "disabled_keys: [0123456789, 1234567890]");
    assertEquals(2, warnings.size(), warnings::toString);
    assertEquals("disabled_keys[0]", warnings.get(0).path());
    List<Problem> wrong = problems(KEY + "disabled_keys: [" + SECRET + "]", Map.of());
    assertEquals("disabled_keys[0]", wrong.get(0).path());
  }

  @Test
  void theServiceManagerGivesTheFolderForState() throws Exception {
    Map<String, String> given = Map.of("STATE_DIRECTORY", "/var/lib/a:/var/lib/b");
    assertEquals(Path.of("/var/lib/a"), load(KEY, given).state().directory());
    EngineConfig own = load(KEY + "state_dir: mine", given);
    assertEquals(folder.resolve("mine"), own.state().directory());
  }

  @Test
  void aVocabularyIsAFileBesideTheConfiguration() throws Exception {
    assertNull(load(KEY, Map.of()).guard().vocabulary());
    String text = KEY + "server: {tokenizer_file: words.json}";
    List<Problem> missing = problems(text, Map.of());
    assertEquals(1, missing.size(), missing::toString);
    assertEquals("server.tokenizer_file", missing.get(0).path());
    Path file = Files.writeString(folder.resolve("words.json"), "{}");
    EngineConfig config = load(text, Map.of());
    assertEquals(file, config.guard().vocabulary());
    assertTrue(ConfigText.of(config).contains("tokenizer_file: " + file), ConfigText.of(config));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[models/flash, {fast: flash}, {gpt-4o: models/pro, o: pro}]",
        "[{fast: flash, flash: flash}, {models/gpt-4o: pro}, o: pro, o: pro]",
        "{fast: flash, flash: flash, gpt-4o: pro, o: pro}",
      })
  void anAliasMayStandForAnotherModel(String aliases) throws Exception {
    String yaml = "groups: [{name: a, api_keys: [k], model_aliases: %s}]";
    EngineConfig config = load(yaml.formatted(aliases), Map.of());
    Map<String, String> expected =
        Map.of("flash", "flash", "fast", "flash", "gpt-4o", "pro", "o", "pro");
    assertEquals(expected, config.groups().get(0).modelAliases());
    assertEquals(expected, load(ConfigText.of(config), Map.of()).groups().get(0).modelAliases());
  }

  @Test
  void theTopPOfTheServerComesBeforeTheRoots() throws Exception {
    assertEquals(0.5, load(KEY + "top_p: 0.5", Map.of()).guard().topP());
    assertEquals(0.25, load(KEY + "top_p: 0.5\nserver: {top_p: 0.25}", Map.of()).guard().topP());
    assertEquals(List.of(), warnings(KEY + "server: {top_p: 0.25}"));
  }

  @Test
  void anEmptyOptionalSecretOrUrlIsAbsent() throws Exception {
    EngineConfig config =
        load(
            "server: {admin_token: '', admin_token_env: '', admin_token_file: ''}\n"
                + "redis_url: ''\ngenerate: {password: ''}\n"
                + "groups: [{name: a, target_url: '', proxy_url: '',"
                + " api_keys: [{key: k, proxy_url: ''}]}]",
            Map.of());
    assertNull(config.server().adminToken());
    assertNull(config.state().redisUrl());
    assertNull(config.dialects().generatePassword());
    GroupConfig group = config.groups().get(0);
    assertEquals("generativelanguage.googleapis.com", group.target().authority());
    assertEquals(List.of(), group.egresses());
    assertNull(group.keys().get(0).egress());
    assertEquals(1, problems(KEY + "clients: [{name: c, token: ''}]", Map.of()).size());
    EngineConfig other =
        load(KEY + "server: {admin_token: '', admin_token_env: T}", Map.of("T", "t-value"));
    assertEquals(Secret.of("t-value"), other.server().adminToken());
  }

  private List<Problem> warnings(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("config.yaml"), text);
    return ConfigLoader.load(new ConfigSource(file, folder, Map.of())).warnings();
  }

  @Test
  void theEnvironmentComesBeforeTheFile() throws Exception {
    EngineConfig config =
        load(
            "server: {port: 1}\nlog_level: warn\n" + KEY,
            Map.of(
                "PORT", "4711",
                "GEMINI_API_KEY_LIST", "one-key, two-key",
                "GEMINI_API_KEY", "two-key",
                "API_KEYS", "first-token,second-token",
                "api_password", "open",
                "MODEL_ID", "gemini-x",
                "chunk_token", "7",
                "REDIS_URL", "redis://localhost:6379",
                "LOG_LEVEL", "debug",
                "LOG_FORMAT", "text"));
    assertEquals(4711, config.server().port());
    assertEquals(new TelemetryConfig("DEBUG", LogFormat.TEXT), config.telemetry());
    GroupConfig env =
        config.groups().stream().filter(g -> g.name().equals("env")).findFirst().orElseThrow();
    assertEquals(
        List.of("one-key", "two-key"), env.keys().stream().map(k -> k.key().reveal()).toList());
    assertEquals(
        List.of("env-1", "env-2"), config.clients().stream().map(ClientConfig::name).toList());
    assertArrayEquals(
        Secret.sha256("first-token".getBytes(StandardCharsets.UTF_8)),
        config.clients().get(0).tokenSha256());
    assertEquals("gemini-x", config.dialects().generateModel());
    assertEquals(10_000, config.dialects().maxPromptChars());
    assertEquals(7, config.dialects().chunkTokens());
    assertEquals(Secret.of("open"), config.dialects().generatePassword());
    assertEquals(Secret.of("redis://localhost:6379"), config.state().redisUrl());
  }

  @Test
  void theFileIsFoundByVariableAndWorkingDirectory() throws Exception {
    Path elsewhere = Files.writeString(folder.resolve("elsewhere.yaml"), "log_level: warn\n" + KEY);
    Files.writeString(folder.resolve("config.yml"), "log_level: error\n" + KEY);
    assertEquals(
        "ERROR",
        ConfigLoader.load(new ConfigSource(null, folder, Map.of()))
            .config()
            .telemetry()
            .logLevel());
    Map<String, String> named = Map.of("CONFIG_PATH", elsewhere.toString());
    assertEquals(
        "WARN",
        ConfigLoader.load(new ConfigSource(null, folder, named)).config().telemetry().logLevel());
    Map<String, String> missing = Map.of("CONFIG_PATH", "nowhere.yaml");
    assertThrows(
        ConfigException.class, () -> ConfigLoader.load(new ConfigSource(null, folder, missing)));
  }

  @Test
  void secretsComeFromFilesVariablesAndTheCredentialsDirectory() throws Exception {
    Path credentials = Files.createDirectory(folder.resolve("credentials"));
    Files.writeString(credentials.resolve("gemini-api-keys"), "cred-one\ncred-two\n");
    Files.writeString(credentials.resolve("admin-token"), "the-admin-token-000000\n");
    Files.writeString(credentials.resolve("team"), "team-key\n");
    Files.writeString(folder.resolve("near"), "near-key\n");
    EngineConfig config =
        load(
            "groups: [{name: a, api_keys: [{key_file: team}, {key_file: ./near}, {key_env: E}]}]\n",
            Map.of("CREDENTIALS_DIRECTORY", credentials.toString(), "E", "env-key"));
    List<String> keys =
        config.groups().stream()
            .flatMap(g -> g.keys().stream())
            .map(k -> k.key().reveal())
            .toList();
    assertEquals(List.of("team-key", "near-key", "env-key", "cred-one", "cred-two"), keys);
    assertEquals(Secret.of("the-admin-token-000000"), config.server().adminToken());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "socks5://user:p%40ss@egress:1080|SOCKS5|egress|1080|user|p@ss",
        "socks5h://egress|SOCKS5|egress|1080||",
        "http://egress:3128|HTTP|egress|3128||",
        "https://u:p@[::1]:8443|HTTPS|::1|8443|u|p",
      })
  void proxiesAreReadFromTheirUrls(
      String url, EgressConfig.Kind kind, String host, int port, String user, String password)
      throws Exception {
    String text = "groups: [{name: a, proxy_url: \"%s\", api_keys: [k1]}]\n".formatted(url);
    EgressConfig egress = load(text, Map.of()).groups().get(0).egresses().get(0);
    assertEquals(kind, egress.kind());
    assertEquals(host, egress.host());
    assertEquals(port, egress.port());
    assertEquals(user, egress.user());
    Secret secret = egress.password();
    assertEquals(password, secret == null ? null : secret.reveal());
  }

  @Test
  void clientTokensAreKeptAsDigestsOnly() throws Exception {
    String digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    EngineConfig config =
        load(
            KEY
                + "clients: [{name: plain, token: secret-token-1}, {name: hash, token_sha256: "
                + digest
                + "}]\n",
            Map.of());
    assertArrayEquals(
        Secret.sha256("test".getBytes(StandardCharsets.UTF_8)),
        config.clients().get(1).tokenSha256());
    assertFalse(config.toString().contains("secret-token"), config.toString());
  }

  @Test
  void noSecretShowsInAnyText() throws Exception {
    EngineConfig config =
        load(
            """
            server: {admin_token: SecretOfTheAdmin0000}
            groups:
              - {name: a, proxy_url: "socks5://user:SecretOfTheProxy@h:1", api_keys: [%s]}
            redis_url: redis://u:SecretOfRedis@h:6379
            generate: {password: SecretOfGenerate}
            """
                .formatted(SECRET),
            Map.of());
    for (String text : List.of(config.toString(), ConfigText.of(config))) {
      assertFalse(text.contains("SecretOf"), text);
    }
    assertTrue(ConfigText.of(config).contains("#"), "keys are shown by fingerprint");
  }
}
