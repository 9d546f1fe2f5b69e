package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.flow.keys.verdict.QuotaViolation;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a ring does to the quotas of its buckets. */
class QuotaUpkeepTest {
  private static final String MODEL = "m";
  private static final String RPM = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
  private static final String TPM = "GenerateContentInputTokensPerModelPerMinute-FreeTier";

  private final FakeTime time = new FakeTime();
  private final KeyRing ring =
      KeyRing.of(
          List.of(KeyRingTest.group("g", 2, List.of(), null)),
          KeyRingTest.config(),
          time,
          new Random(1));

  private ApiKey key(int number) {
    return ring.groups().get(0).keys().get(number);
  }

  private ModelQuota quota(ApiKey key) {
    return key.bucket().quota(MODEL);
  }

  private KeyLease leased(ApiKey key, String model, long tokens) {
    KeyLease lease = new KeyLease();
    Candidate candidate = new Candidate(key, model);
    candidate.quota().draw(tokens, time.nanoTime());
    lease.fill(candidate, false, tokens, time.nanoTime());
    lease.sent();
    return lease;
  }

  private static KeyVerdict quota(String id, long limit, String project) {
    return new KeyVerdict(
        Effect.COOL_BUCKET,
        Next.NEXT_KEY,
        "quota_per_minute",
        Rest.FOR_DELAY,
        Duration.ofSeconds(20),
        id,
        List.of(new QuotaViolation(id, limit, "")),
        project);
  }

  private long perMinute(ApiKey key) {
    return quota(key).bounds(time.nanoTime()).perMinute();
  }

  @Test
  void aLimitIsTaughtToTheProjectThatTheSameRefusalNames() {
    ring.settle(leased(key(0), MODEL, 1), quota(RPM, 20, "projects/1"));
    ring.settle(leased(key(1), MODEL, 1), quota(RPM, 10, "projects/1"));
    assertEquals(key(0).bucket(), key(1).bucket());
    assertEquals(10, perMinute(key(0)));
  }

  @Test
  void aKeyThatJoinsAProjectBringsTheLowerLimit() {
    ring.settle(leased(key(0), MODEL, 1), quota(RPM, 20, "projects/1"));
    ring.settle(leased(key(1), MODEL, 1), quota(RPM, 10, ""));
    ring.settle(leased(key(1), "other", 1), quota(RPM, 5, "projects/1"));
    assertEquals(10, perMinute(key(0)));
  }

  @Test
  void aResetByHandForgetsWhatWasLearned() {
    ring.settle(leased(key(0), MODEL, 1), quota(RPM, 20, ""));
    assertEquals(20, perMinute(key(0)));
    ring.reset(key(0));
    assertEquals(QuotaBound.UNKNOWN, perMinute(key(0)));
    assertTrue(key(0).usable(MODEL));
  }

  @Test
  void whatGoogleRefusedForTheKeyOrItsProjectIsGivenBack() {
    for (Effect effect : List.of(Effect.MARK_INVALID, Effect.COOL_PROJECT)) {
      ring.settle(leased(key(0), MODEL, 9), KeyVerdict.of(effect, Next.NEXT_KEY, "x"));
      assertEquals(new ModelQuota.Used(0, 0, 0), quota(key(0)).used(time.nanoTime()));
    }
    ring.settle(leased(key(0), MODEL, 9), KeyVerdict.SUCCESS);
    assertEquals(new ModelQuota.Used(1, 9, 1), quota(key(0)).used(time.nanoTime()));
  }

  @Test
  void aRequestLargerThanTheLimitIsNotSentAgainAtOnce() {
    ring.settle(leased(key(0), MODEL, 5000), quota(TPM, 1000, ""));
    assertFalse(quota(key(0)).tryDraw(5000, time.nanoTime()));
  }

  @Test
  void modelsThatTellNothingAreDroppedAndTheOthersKept() {
    for (int i = 0; i < 100; i++) {
      ring.settle(
          leased(key(0), "invented-" + i, 1),
          KeyVerdict.of(Effect.NONE, Next.ANSWER_CLIENT, "client_error"));
    }
    ring.settle(leased(key(0), MODEL, 1), quota(RPM, 20, ""));
    ring.settle(leased(key(0), "answers", 1), KeyVerdict.SUCCESS);
    time.advance(Duration.ofSeconds(31));
    ring.lookAtClock();
    assertEquals(102, key(0).bucket().quotas().size());
    time.advance(Duration.ofSeconds(31));
    ring.lookAtClock();
    assertEquals(Set.of(MODEL, "answers"), key(0).bucket().quotas().keySet());
    assertEquals(20, perMinute(key(0)));
  }
}
