package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;

/**
 * What a client sends after preface and SETTINGS, through the whole gateway: each stream is
 * forwarded, answered or refused alike, however the bytes are cut.
 */
class Http2ClientFuzz {
  private static final EngineConfig CONFIG = ClientRun.config("", "");

  @FuzzTest
  void relaysAlikeHoweverCut(byte[] frames) {
    boolean timeless = Http2Frames.isTimeless(frames);
    Cuts.alike(frames, pieces -> Http2ClientRun.of(CONFIG, timeless, pieces));
  }
}
