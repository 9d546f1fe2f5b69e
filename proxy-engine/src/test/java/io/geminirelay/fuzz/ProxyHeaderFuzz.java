package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;

/** The same behind a proxy that begins each connection with a PROXY header. */
class ProxyHeaderFuzz {
  private static final EngineConfig CONFIG =
      ClientRun.config(", trusted_proxies: [127.0.0.0/8], proxy_protocol: true", "");

  @FuzzTest
  void relaysAlikeHoweverCut(byte[] connection) {
    Cuts.alike(connection, pieces -> ClientRun.of(CONFIG, pieces));
  }
}
