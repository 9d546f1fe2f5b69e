package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Many threads draw on one window. */
class QuotaWindowThreadsTest extends QuotaWindowCase {
  private static final int CROWD = 4;

  @Test
  void neverAdmitsMoreThanAllowedFromManyThreads() throws Exception {
    long most = 500;
    AtomicLong clock = new AtomicLong(START);
    Queue<Long> admitted = new ConcurrentLinkedQueue<>();
    // Nobody stays behind for longer than the window's own slack, however busy the machine is.
    CyclicBarrier together = new CyclicBarrier(CROWD);
    crowd(
        thread ->
            crowdOf(
                20_000,
                step -> {
                  if (step % 100 == 0) {
                    await(together);
                  }
                  long now = clock.addAndGet(SPAN / 20_000);
                  if (window.tryAdd(1, most, ANY, now)) {
                    admitted.add(now);
                  }
                }));
    List<Long> times = admitted.stream().sorted().toList();
    for (int i = 0; i + most < times.size(); i++) {
      // Times are drawn before they are used, and a thread can be stopped in between.
      long apart = times.get((int) (i + most)) - times.get(i);
      assertTrue(apart >= MINUTE, "more than " + most + " within " + apart + " ns");
    }
    assertTrue(times.size() >= 3 * most, "and the quota was made use of: " + times.size());
  }

  @Test
  void losesNothingFromManyThreads() throws Exception {
    AtomicLong clock = new AtomicLong(START);
    LongAdder requests = new LongAdder();
    LongAdder tokens = new LongAdder();
    crowd(
        thread -> {
          Random random = new Random(thread);
          crowdOf(
              50_000,
              step -> {
                // All within one span: nothing leaves, so that all must be found again.
                long now = clock.addAndGet(random.nextLong(SPAN / 250_000));
                long size = random.nextInt(100);
                window.add(size, now);
                if (random.nextInt(4) == 0) {
                  window.takeBack(1, size, now);
                } else {
                  requests.increment();
                  tokens.add(size);
                }
              });
        });
    assertEquals(requests.sum(), window.requests(clock.get()));
    assertEquals(tokens.sum(), window.tokens(clock.get()));
    assertEquals(0, window.used(clock.get() + SPAN + SLOT), "and the sum is that of the slots");
  }

  @Test
  void endsAtZeroAfterThreadsHaveTurnedItOverTogether() throws Exception {
    AtomicLong clock = new AtomicLong(START);
    crowd(
        thread ->
            crowdOf(
                50_000,
                step -> {
                  long now = clock.addAndGet(SLOT / 3);
                  window.add(3, now);
                  if (step % 3 == 0) {
                    window.takeBack(1, 3, now);
                  } else if (step % 3 == 1) {
                    window.addTokens(4, now, now);
                  }
                }));
    assertEquals(0, window.used(clock.get() + SPAN + 2 * SLOT));
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void crowdOf(int steps, IntConsumer step) {
    for (int i = 0; i < steps; i++) {
      step.accept(i);
    }
  }

  private static void crowd(IntConsumer work) throws Exception {
    CountDownLatch together = new CountDownLatch(CROWD);
    ExecutorService pool = Executors.newFixedThreadPool(CROWD);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CROWD; i++) {
        int thread = i;
        all.add(
            pool.submit(
                () -> {
                  together.countDown();
                  together.await();
                  work.accept(thread);
                  return thread;
                }));
      }
      for (Future<?> each : all) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** Those whose time is a little behind may not undo what those ahead have done. */
  @Test
  void goesOnWhereThreadsMeetAfterAPause() throws Exception {
    int rounds = 100_000;
    AtomicInteger arrived = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      long ahead = i * (QuotaWindow.SLOTS - 1) * SLOT;
      Thread thread =
          new Thread(
              () -> {
                for (int round = 1; round <= rounds; round++) {
                  arrived.incrementAndGet();
                  while (arrived.get() < 2 * round) {
                    Thread.onSpinWait();
                  }
                  window.add(1, START + round * 3 * SPAN + ahead);
                }
              });
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(60_000);
      assertFalse(thread.isAlive(), "a thread goes round for ever");
    }
    long end = START + (rounds + 1) * 3 * SPAN + QuotaWindow.SLOTS * SLOT;
    assertEquals(0, window.requests(end));
    assertEquals(0, window.tokens(end));
  }
}
