package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;

/**
 * A client's HTTP/1.1 connection through the whole gateway: the same requests reach the upstream,
 * the same answers the client, and the connection ends the same, however the bytes are cut.
 */
class Http1ClientFuzz {
  private static final EngineConfig CONFIG = ClientRun.config("", "");

  static {
    Cuts.warmUp(
        "POST /v1beta/models/m:generateContent HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}",
        pieces -> ClientRun.of(CONFIG, pieces));
  }

  @FuzzTest
  void relaysAlikeHoweverCut(byte[] connection) {
    Cuts.alike(connection, pieces -> ClientRun.of(CONFIG, pieces));
  }
}
