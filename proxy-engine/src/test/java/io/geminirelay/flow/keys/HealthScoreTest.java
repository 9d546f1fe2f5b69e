package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HealthScoreTest {
  private static final long[] STARTS = {0, -1_000_000_000L, Long.MAX_VALUE - 1, 1L << 59};

  @Test
  void fallsWithFailuresAndRisesWithSuccesses() {
    for (long now : STARTS) {
      HealthScore score = new HealthScore();
      assertEquals(1, score.at(now));
      assertFalse(score.success(now));
      double expected = 1;
      for (int i = 0; i < 100; i++) {
        score.failure(now);
        expected *= 0.875;
        assertEquals(expected, score.at(now), 1e-6);
      }
      assertEquals(1, score.step(now), "a share is left");
      for (int i = 0; i < 100; i++) {
        score.success(now);
      }
      assertEquals(1, score.at(now));
    }
  }

  @Test
  void comesBackByItselfInHalves() {
    for (long start : STARTS) {
      HealthScore score = new HealthScore();
      IntStream.range(0, 100).forEach(i -> score.failure(start));
      for (int halves = 1; halves < 8; halves++) {
        long later = start + halves * HealthScore.HALF_LIFE_NANOS;
        assertEquals(1 - Math.pow(0.5, halves), score.at(later), 0.01);
      }
      assertEquals(HealthScore.STEPS, score.step(start + 10 * HealthScore.HALF_LIFE_NANOS));
    }
  }

  @Test
  void tellsWhenAnotherStepIsReached() {
    HealthScore score = new HealthScore();
    for (int i = 0; i < 60; i++) {
      int before = score.step(0);
      boolean crossed = i < 30 ? score.failure(0) : score.success(0);
      assertEquals(before != score.step(0), crossed);
    }
    assertTrue(score.clear());
    assertFalse(score.clear());
    assertEquals(1, score.at(0));
  }

  @Test
  void losesNoNoteOfAnyThread() {
    HealthScore score = new HealthScore();
    IntStream.range(0, 20).parallel().forEach(i -> score.failure(0));
    assertEquals(Math.pow(0.875, 20), score.at(0), 1e-6);
  }
}
