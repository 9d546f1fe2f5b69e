package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;
import java.util.Arrays;

/**
 * An upstream's HTTP/2 frames after its SETTINGS and a request, through the whole gateway: the
 * client gets the same, and it ends the same, however the bytes are cut; the next client gets
 * nothing of it. The first byte chooses the route and whether the upstream closes at the end.
 */
class Http2UpstreamFuzz {
  private static final EngineConfig CONFIG =
      ClientRun.config("", "http_version: \"2\",", ", max_attempts: 1");

  static {
    Cuts.warmUp("", pieces -> UpstreamRun.overHttp2(CONFIG, (byte) 0, false, pieces));
  }

  @FuzzTest
  void answersAlikeHoweverCut(byte[] input) {
    byte kind = input.length == 0 ? 0 : input[0];
    byte[] answer = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    Cuts.alike(
        answer, pieces -> UpstreamRun.overHttp2(CONFIG, kind, Http2Frames.isCut(answer), pieces));
  }
}
