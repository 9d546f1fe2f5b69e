package io.geminirelay.bench.jmh;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** How much of the gateway a relay in memory has. */
public enum Equipment {
  /** Keys, and nothing that has to be configured; nobody is told of what is over. */
  BARE(
      """
      groups:
        - {name: a, target_url: "http://127.0.0.1:1", api_keys: [k1, k2, k3]}
      """),

  /**
   * Limits of clients, addresses and keys, the guard of tokens, metrics and the log: all of them
   * look at every request, and none is ever reached.
   */
  EVERYTHING(
      """
      server: {max_tokens_per_request: 125000}
      clients:
        - name: crawler
          token: crawler-token-0123456789
          requests_per_minute: 2000000000
          tokens_per_minute: 1000000000000
          max_concurrent: 200
          models: ["gemini-2.5-*"]
          groups: [a]
        - {name: other, token: other-token-0123456789, requests_per_minute: 600}
      rate_limit: {requests_per_minute: 60000, burst_size: 1000000}
      groups:
        - name: a
          target_url: "http://127.0.0.1:1"
          api_keys: [k1, k2, k3]
          limits:
            gemini-2.5-flash: {rpm: 1000000000, tpm: 1000000000000, rpd: 1000000000}
      """);

  private final String text;

  Equipment(String text) {
    this.text = text;
  }

  /** The configuration, as the program loads it. */
  EngineConfig config() throws Exception {
    Path file = Files.createTempFile("relay", ".yaml");
    try {
      Files.writeString(file, text);
      return ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
    } finally {
      Files.delete(file);
    }
  }
}
