package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBucketTest {
  private final FakeTime time = new FakeTime();

  private TokenBucket bucket(long perMinute, long capacity) {
    return new TokenBucket(new RefillRate(perMinute, capacity, time));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,7", "60,5", "600,600", "1200,100", "59999999,1000"})
  void givesItsCapacityAtOnceAndThenOneByOne(long perMinute, int capacity) {
    TokenBucket bucket = bucket(perMinute, capacity);
    for (int i = 0; i < capacity; i++) {
      assertEquals(capacity - i, bucket.room());
      assertEquals(0, bucket.waitNanos(1));
      assertTrue(bucket.tryTake(1));
    }
    assertFalse(bucket.tryTake(1));
    long wait = bucket.waitNanos(1);
    assertTrue(wait >= 60_000_000_000L / perMinute, () -> "too early: " + wait);
    time.advance(Duration.ofNanos(wait - 1));
    assertFalse(bucket.tryTake(1));
    time.advance(Duration.ofNanos(1));
    assertTrue(bucket.tryTake(1));
    assertFalse(bucket.tryTake(1));
  }

  @Test
  void neverHoldsMoreThanItsCapacity() {
    TokenBucket bucket = bucket(60, 3);
    time.advance(Duration.ofDays(20_000));
    assertEquals(3, bucket.room());
    bucket.giveBack(10);
    assertEquals(3, bucket.room());
    assertTrue(bucket.tryTake(3));
    assertFalse(bucket.tryTake(1));
    assertFalse(bucket(60, 3).tryTake(4));
  }

  @Test
  void owesWhatIsTakenAnywayAndWaitsUntilItIsBack() {
    TokenBucket bucket = bucket(60_000, 60_000);
    bucket.takeAnyway(90_000);
    assertEquals(-30_000, bucket.room());
    assertEquals(30_001_000_000L, bucket.waitNanos(1));
    assertFalse(bucket.tryTake(1));
    bucket.giveBack(20_000);
    assertEquals(-10_000, bucket.room());
    time.advance(Duration.ofSeconds(11));
    assertTrue(bucket.tryTake(1_000));
    assertFalse(bucket.tryTake(1));
  }

  @Test
  void bearsDebtsOfAnySize() {
    for (long perMinute : new long[] {1, 1_000_000_000_000L}) {
      TokenBucket bucket = bucket(perMinute, perMinute);
      for (int i = 0; i < 100; i++) {
        bucket.takeAnyway(Long.MAX_VALUE);
      }
      assertTrue(bucket.waitNanos(1) > 0);
      time.advance(Duration.ofDays(367));
      assertTrue(bucket.tryTake(1));
    }
  }

  @ParameterizedTest
  @CsvSource({"600,20", "77,77", "1000000,1000", "123456789,5000"})
  void letsNoMoreThroughInAnySpanThanItMay(long perMinute, long capacity) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    TokenBucket bucket = bucket(perMinute, capacity);
    List<long[]> taken = new ArrayList<>();
    long nanos = 0;
    for (int i = 0; i < 3_000; i++) {
      long step = random.nextLong(120_000_000_000L / perMinute + 1);
      nanos += step;
      time.advance(Duration.ofNanos(step));
      long units = 1 + random.nextLong(capacity / 2 + 1);
      if (bucket.tryTake(units)) {
        taken.add(new long[] {nanos, units});
      }
    }
    for (int from = 0; from < taken.size(); from += 7) {
      long sum = 0;
      for (int to = from; to < taken.size(); to++) {
        sum += taken.get(to)[1];
        double span = taken.get(to)[0] - taken.get(from)[0];
        double most = capacity + span * perMinute / 60e9;
        assertTrue(sum <= most + 1e-6, "seed " + seed + ": " + sum + " of " + most);
      }
    }
  }

  @Test
  void isExactWhereManyThreadsDraw() throws Exception {
    TokenBucket bucket = bucket(60, 10_000);
    assertEquals(10_000, inThreads(() -> draw(bucket, 5_000)));
    time.advance(Duration.ofSeconds(100));
    assertEquals(100, inThreads(() -> draw(bucket, 5_000)));
  }

  @Test
  void losesNothingWhereManyThreadsTakeAndGiveBack() throws Exception {
    TokenBucket bucket = bucket(60, 10_000);
    assertTrue(bucket.tryTake(5_000));
    inThreads(
        () -> {
          for (int i = 0; i < 20_000; i++) {
            bucket.takeAnyway(3);
            bucket.giveBack(3);
          }
          return 0;
        });
    assertEquals(5_000, bucket.room());
  }

  @Test
  void letsNoMoreThroughThanItMayByTheMachinesClock() throws Exception {
    long start = System.nanoTime();
    TokenBucket bucket = new TokenBucket(new RefillRate(6_000_000, 1_000, TimeSource.SYSTEM));
    int taken = inThreads(() -> draw(bucket, 100_000));
    double most = 1_000 + (System.nanoTime() - start) * 6_000_000 / 60e9;
    assertTrue(taken >= 1_000 && taken <= most, taken + " of " + most);
  }

  @Test
  void givesNothingOnceItIsOutOfUse() {
    TokenBucket bucket = bucket(60, 10);
    assertTrue(bucket.tryTake(1));
    assertFalse(bucket.retire(0));
    time.advance(Duration.ofSeconds(1));
    assertTrue(bucket.retire(0));
    assertTrue(bucket.isRetired());
    assertFalse(bucket.tryTake(1));
  }

  private static int draw(TokenBucket bucket, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += bucket.tryTake(1) ? 1 : 0;
    }
    return taken;
  }

  private static int inThreads(Callable<Integer> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      int sum = 0;
      for (Future<Integer> one : threads.invokeAll(List.of(work, work, work, work))) {
        sum += one.get();
      }
      return sum;
    } finally {
      threads.shutdown();
    }
  }
}
