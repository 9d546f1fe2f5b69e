package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Resting and refused keys are tried again by one request each, at nobody's cost. */
class TrialRouteTest {
  private static final int CROWD = 40;

  private final FakeTime time = new FakeTime();

  private Rig rig(int keys, String... settings) throws Exception {
    return Rig.of(GeminiSimulator.plain(time), time, "", keys, settings);
  }

  @Test
  void noRequestFailsWhileAnInvalidKeyIsAskedAgainEverLessOften() throws Exception {
    try (Rig rig = rig(3)) {
      rig.script().whenKey(Rig.key(1), Errors.keyInvalid());
      int asked = 0;
      for (int minute = 0; minute < 180; minute++) {
        for (int i = 0; i < 3; i++) {
          Response answer = rig.post(i == 0 ? Rig.STREAM : Rig.UNARY, Rig.BODY);
          assertEquals(200, answer.status(), answer::toString);
        }
        time.advance(Duration.ofMinutes(1));
      }
      asked += (int) rig.journal().countOf(Rig.key(1));
      // At the start and after 1, 3, 7, 15, 31 and 63 minutes, then every hour.
      assertEquals(8, asked);
      rig.script().clear();
      time.advance(Duration.ofHours(1));
      for (int i = 0; i < 4; i++) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      assertTrue(rig.journal().countOf(Rig.key(1)) >= asked + 2, "it is back for everybody");
    }
  }

  @Test
  void aBodyThatCannotBeSentTwiceTriesNoKeyWhileOneIsGood() throws Exception {
    try (Rig rig = rig(3, "upstream: {max_replay_bytes: 1024}")) {
      rig.script().whenKey(Rig.key(1), Errors.keyInvalid());
      for (int i = 0; i < 3; i++) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      assertEquals(1, rig.journal().countOf(Rig.key(1)));
      time.advance(Duration.ofHours(2));
      String large = Rig.BODY.replace("Hello", "x".repeat(300_000));
      for (int i = 0; i < 4; i++) {
        Response answer = rig.post(Rig.UNARY, large);
        assertEquals(200, answer.status(), answer::toString);
      }
      assertEquals(1, rig.journal().countOf(Rig.key(1)));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(2, rig.journal().countOf(Rig.key(1)));
    }
  }

  @Test
  void oneOfACrowdTriesAKeyAndItsPlaceIsFreeAgainWhenItsClientLeaves() throws Exception {
    try (Rig rig = rig(2)) {
      rig.script().nextWithKey(1, Rig.key(0), Errors.tooManyRequestsNoDetail());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      time.advance(Duration.ofSeconds(2));
      rig.script().whenKey(Rig.key(0), Reaction.of(Answer.never()));
      rig.journal().clear();
      List<TestClient> crowd = crowd(rig);
      rig.journal().await(() -> rig.journal().requestCount() == CROWD, "the crowd");
      assertEquals(1, rig.journal().countOf(Rig.key(0)));
      crowd.forEach(TestClient::close);
      rig.journal().await(() -> rig.journal().cancelCount() >= 1, "the trial's end");
      rig.script().clear();
      // The gateway notices that a client left before it asks for another's sake.
      Rig.await(
          () -> {
            assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
            return rig.journal().countOf(Rig.key(0)) > 1;
          },
          "another trial");
    }
  }

  @Test
  void aTrialThatIsRefusedLengthensTheRestForAll() throws Exception {
    try (Rig rig = rig(2)) {
      rig.script().whenKey(Rig.key(0), Errors.tooManyRequestsNoDetail());
      for (int step = 0; step < 6; step++) {
        rig.journal().clear();
        for (int i = 0; i < 5; i++) {
          assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
        }
        assertEquals(1, rig.journal().countOf(Rig.key(0)), "after " + step + " trials");
        time.advance(Duration.ofSeconds(1L << step));
      }
    }
  }

  private static List<TestClient> crowd(Rig rig) {
    List<TestClient> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      TestClient client = TestClient.connect(rig.port());
      crowd.add(client);
      client.request("POST", Rig.UNARY, List.of(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
    }
    return crowd;
  }
}
