package io.geminirelay.flow.keys;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.ErrorBodyReader;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The way of a refusal, gone once with a key that nobody has: from Google's words to a rest, from
 * there to a fact, and back to a rest of another ring. All that is loaded on the way would else be
 * loaded when the first real key is refused, which takes a tenth of a second, and longer where a
 * machine is busy starting; others would use that key as long.
 */
public final class RefusalRehearsal {
  private static final String MODEL = "rehearsal";
  private static final byte[] REFUSAL =
      """
      {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
        "message": "You exceeded your current quota.\\nPlease retry in 38.41s.",
        "details": [
          {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/requests",
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel",
            "quotaDimensions": {"location": "global", "model": "rehearsal"},
            "quotaValue": "20"}]},
          {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38s"}]}}
      """
          .getBytes(StandardCharsets.UTF_8);

  private RefusalRehearsal() {}

  /**
   * Goes it; nothing is left of it but what it loaded.
   *
   * @return what the other ring had learned
   */
  public static List<Fact> run(TimeSource time) {
    KeyRing here = ring(time);
    here.settle(here.groups().get(0).keys().get(0), MODEL, verdict());
    KeyRing there = ring(time);
    told(here).forEach(there.facts()::learn);
    List<Fact> learned = told(there);
    learned.forEach(there.facts()::forget);
    return learned;
  }

  private static KeyVerdict verdict() {
    ByteBuf body = Unpooled.wrappedBuffer(REFUSAL);
    try {
      ErrorBody error = ErrorBodyReader.look(body);
      UpstreamOutcome outcome = new UpstreamOutcome.Refused(429, error, false);
      KeyVerdict verdict = VerdictReader.judge(outcome, KeysConfig.STANDARD.behavior());
      return VerdictReader.ofTarget(outcome, verdict);
    } finally {
      body.release();
    }
  }

  private static KeyRing ring(TimeSource time) {
    KeyConfig key = new KeyConfig(Secret.of(MODEL), null, 1, null);
    GroupConfig group =
        new GroupConfig(
            MODEL, TargetConfig.STANDARD, List.of(), Map.of(), List.of(key), null, Map.of());
    return KeyRing.of(List.of(group), KeysConfig.STANDARD, time, new SplittableRandom());
  }

  private static List<Fact> told(KeyRing ring) {
    List<Fact> facts = new ArrayList<>();
    ring.facts().tell(facts::add);
    return facts;
  }
}
