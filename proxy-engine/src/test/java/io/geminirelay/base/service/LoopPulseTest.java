package io.geminirelay.base.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sign of life needs every event loop. */
class LoopPulseTest {
  private final EmbeddedChannel timer = new EmbeddedChannel();
  private final AtomicInteger signs = new AtomicInteger();
  private final Semaphore given = new Semaphore(0);

  private static List<EventExecutor> loops(DefaultEventExecutorGroup group) {
    List<EventExecutor> all = new ArrayList<>();
    group.forEach(all::add);
    return all;
  }

  /** Else the time that the test takes is added to that which it lets pass. */
  @BeforeEach
  void freeze() {
    timer.freezeTime();
  }

  private void pass(int millis) {
    timer.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    timer.runScheduledPendingTasks();
  }

  @Test
  void isGivenTwiceInTheAllowedTimeWhileAllAnswer() {
    EmbeddedChannel loop = new EmbeddedChannel();
    new LoopPulse(
            List.of(loop.eventLoop()),
            timer.eventLoop(),
            Duration.ofMillis(100),
            signs::incrementAndGet)
        .start();
    for (int round = 1; round <= 3; round++) {
      timer.runPendingTasks();
      assertEquals(round - 1, signs.get(), "not before it answers");
      loop.runPendingTasks();
      timer.runPendingTasks();
      assertEquals(round, signs.get());
      pass(49);
      loop.runPendingTasks();
      timer.runPendingTasks();
      assertEquals(round, signs.get(), "not asked yet");
      pass(1);
    }
    timer.finishAndReleaseAll();
    loop.finishAndReleaseAll();
  }

  @Test
  void oneThatHangsStopsItAndOneThatComesBackLetsItGoOn() throws Exception {
    DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(3);
    DefaultEventExecutorGroup clock = new DefaultEventExecutorGroup(1);
    CountDownLatch hang = new CountDownLatch(1);
    try {
      List<EventExecutor> loops = loops(group);
      new LoopPulse(loops, clock.next(), Duration.ofMillis(2), given::release).start();
      take(3);
      loops
          .get(1)
          .submit(
              () -> {
                hang.await();
                return null;
              });
      // What was on its way when it began to hang is given; nothing after it.
      Rounds.await(loops, 1);
      given.drainPermits();
      Assertions.assertFalse(given.tryAcquire(2, 50, TimeUnit.MILLISECONDS));
      hang.countDown();
      take(3);
    } finally {
      hang.countDown();
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      clock.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  private void take(int count) throws InterruptedException {
    Assertions.assertTrue(given.tryAcquire(count, 30, TimeUnit.SECONDS), "no sign");
  }

  /** Lets the loops that do not hang do what they have been given. */
  private static final class Rounds {
    static void await(List<EventExecutor> loops, int but) throws Exception {
      for (int i = 0; i < loops.size(); i++) {
        if (i != but) {
          loops.get(i).submit(() -> {}).get(30, TimeUnit.SECONDS);
        }
      }
    }
  }
}
