package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time of day is set while a target is left alone: what is measured goes on as it was. */
class ClockJumpTest {
  @ParameterizedTest
  @ValueSource(longs = {-400, -1, 1, 400})
  void aBreakerNeitherOpensEarlyNorStaysForEver(long days) throws Exception {
    FakeTime time = new FakeTime();
    GeminiSimulator google = GeminiSimulator.plain(time);
    try (Rig rig = Rig.of(google, time, "", 1, "circuit_breaker: {success_threshold: 1}")) {
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      rig.script().always(Reaction.usual(Answer::resetBeforeHead));
      Rig.await(() -> rig.post(Rig.UNARY, Rig.BODY).status() == 503, "the breaker");
      rig.script().always(Reaction.usual(UnaryOperator.identity()));
      time.set(time.instant().plus(Duration.ofDays(days)));
      assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status(), "it opened with the clock");
      time.advance(Duration.ofSeconds(61));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(200, rig.post(Rig.STREAM, Rig.BODY).status());
    }
  }
}
