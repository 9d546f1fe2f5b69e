package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RedisClockTest {
  private final RedisClock clock = new RedisClock();

  @Test
  void theFirstAnswerIsTakenHoweverSlow() {
    clock.told(1_000_000, 400_100, 200);
    assertEquals(600_000, clock.aheadMillis());
  }

  @Test
  void aSlowAnswerChangesNothingThatItMayBeWrongAbout() {
    clock.told(1_000_000, 400_000, 0);
    clock.told(1_001_090, 401_200, 200);
    assertEquals(600_000, clock.aheadMillis());
    clock.told(1_002_090, 402_000, 20);
    assertEquals(600_100, clock.aheadMillis());
  }

  @Test
  void aStepOfAClockIsTakenFromASlowAnswerToo() {
    clock.told(1_000_000, 400_000, 0);
    clock.told(1_001_000, 901_100, 200);
    assertEquals(100_000, clock.aheadMillis());
  }
}
