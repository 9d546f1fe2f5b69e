package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.RawHttp2;
import java.nio.charset.StandardCharsets;

/**
 * What a client sends after preface and SETTINGS, through the whole gateway: each stream is
 * forwarded, answered or refused alike, however the bytes are cut.
 */
class Http2ClientFuzz {
  private static final EngineConfig CONFIG = ClientRun.config("", "");

  static {
    byte[] request =
        RawHttp2.headers(
            1,
            true,
            ":method",
            "GET",
            ":scheme",
            "http",
            ":authority",
            "a",
            ":path",
            "/v1beta/models");
    Cuts.warmUp(
        new String(request, StandardCharsets.ISO_8859_1),
        pieces -> Http2ClientRun.of(CONFIG, true, pieces));
  }

  @FuzzTest
  void relaysAlikeHoweverCut(byte[] frames) {
    boolean timeless = Http2Frames.isTimeless(frames);
    Cuts.alike(frames, pieces -> Http2ClientRun.of(CONFIG, timeless, pieces));
  }
}
