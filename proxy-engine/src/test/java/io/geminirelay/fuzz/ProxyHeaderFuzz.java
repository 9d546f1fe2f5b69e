package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;

/** The same behind a proxy that begins each connection with a PROXY header. */
class ProxyHeaderFuzz {
  private static final EngineConfig CONFIG =
      ClientRun.config(", trusted_proxies: [127.0.0.0/8], proxy_protocol: true", "");

  static {
    Cuts.warmUp(
        "PROXY UNKNOWN\r\n"
            + "POST /v1beta/models/m:generateContent HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}",
        pieces -> ClientRun.of(CONFIG, pieces));
  }

  @FuzzTest
  void relaysAlikeHoweverCut(byte[] connection) {
    Cuts.alike(connection, pieces -> ClientRun.of(CONFIG, pieces));
  }
}
