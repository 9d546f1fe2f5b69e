package io.geminirelay.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.geminirelay.base.config.EngineConfig;
import java.util.Arrays;

/**
 * An upstream's HTTP/1.1 answer through the whole gateway: the client gets the same, and it ends
 * the same, however the bytes are cut; the next client gets nothing of it. The first byte chooses
 * the route and whether the upstream closes at the end.
 */
class Http1UpstreamFuzz {
  private static final EngineConfig CONFIG = ClientRun.config("", "");

  static {
    Cuts.warmUp(
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        pieces -> UpstreamRun.of(CONFIG, (byte) 0, pieces));
  }

  @FuzzTest
  void answersAlikeHoweverCut(byte[] input) {
    byte kind = input.length == 0 ? 0 : input[0];
    byte[] answer = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    Cuts.alike(answer, pieces -> UpstreamRun.of(CONFIG, kind, pieces));
  }
}
