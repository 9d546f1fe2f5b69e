package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RedisClockTest {
  private final FakeTime time = new FakeTime(Instant.ofEpochMilli(400_000));
  private final RedisClock clock = new RedisClock(time);

  /** Redis told {@code clockMillis} while {@code tookMillis} went by. */
  private void told(long clockMillis, long tookMillis) {
    time.advance(Duration.ofMillis(tookMillis));
    clock.told(clockMillis, tookMillis);
  }

  @Test
  void theFirstAnswerIsTakenHoweverSlow() {
    assertEquals(0, clock.aheadMillis());
    told(1_000_100, 200);
    assertEquals(600_000, clock.aheadMillis());
  }

  @Test
  void aSlowAnswerChangesNothingThatItMayBeWrongAbout() {
    told(1_000_000, 0);
    told(1_000_190, 200);
    assertEquals(600_000, clock.aheadMillis());
    told(1_000_310, 20);
    assertEquals(600_100, clock.aheadMillis());
  }

  @Test
  void aStepOfRedissClockIsTakenFromASlowAnswerToo() {
    told(1_000_000, 0);
    told(500_100, 200);
    assertEquals(100_000, clock.aheadMillis());
  }

  @Test
  void aStepOfOurClockIsKnownAtOnce() {
    told(1_000_000, 0);
    time.set(time.instant().minus(Duration.ofHours(1)));
    assertEquals(600_000 + 3_600_000, clock.aheadMillis());
    time.set(time.instant().plus(Duration.ofHours(3)));
    time.advance(Duration.ofMinutes(5));
    assertEquals(600_000 - 2 * 3_600_000, clock.aheadMillis());
  }
}
