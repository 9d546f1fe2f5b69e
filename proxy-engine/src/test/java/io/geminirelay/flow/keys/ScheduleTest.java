package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static int[] counts(int[] schedule, int keys) {
    int[] counts = new int[keys];
    Arrays.stream(schedule).forEach(i -> counts[i]++);
    return counts;
  }

  @Test
  void equalSharesTakeOneTurnEachInOrder() {
    assertArrayEquals(new int[] {0, 1, 2, 3}, Schedule.of(new int[] {800, 800, 800, 800}));
    assertArrayEquals(new int[0], Schedule.of(new int[0]));
  }

  @Test
  void aRoundHoldsExactlyTheShares() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int[] shares = random.ints(1 + random.nextInt(40), 1, 101).toArray();
      int gcd = Arrays.stream(shares).reduce(0, ScheduleTest::gcd);
      int[] expected = Arrays.stream(shares).map(share -> share / gcd).toArray();
      assertArrayEquals(expected, counts(Schedule.of(shares), shares.length));
    }
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  @Test
  void theTurnsOfAKeyLieFarApart() {
    assertArrayEquals(new int[] {0, 1, 0, 0, 0, 2, 0}, Schedule.of(new int[] {5, 1, 1}));
    int[] shares = {1, 2, 3, 5, 8, 13, 21};
    int[] schedule = Schedule.of(shares);
    for (int key = 0; key < shares.length; key++) {
      int wanted = key;
      int[] at = IntStream.range(0, schedule.length).filter(i -> schedule[i] == wanted).toArray();
      double ideal = (double) schedule.length / shares[key];
      for (int i = 1; i < at.length; i++) {
        assertTrue(Math.abs(at[i] - at[i - 1] - ideal) < shares.length, "key " + key);
      }
    }
  }

  @Test
  void longRoundsAreShortenedAndNobodyIsLeftOut() {
    int[] shares = new Random(3).ints(1_000, 1, 801).toArray();
    shares[0] = 1;
    int[] schedule = Schedule.of(shares);
    assertTrue(schedule.length <= 8192 + 1_000, "length " + schedule.length);
    int[] counts = counts(schedule, shares.length);
    double perShare = 8192.0 / Arrays.stream(shares).sum();
    for (int i = 0; i < shares.length; i++) {
      assertTrue(counts[i] >= 1);
      assertEquals(shares[i] * perShare, counts[i], 1.0);
    }
  }
}
