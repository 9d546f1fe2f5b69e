package io.geminirelay.bench.load.client;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Asks at a steady rate, whatever becomes of the requests before. One that finds no slot free
 * waits, and that wait is part of what its answer took: it is measured from the time it was due.
 */
final class OpenLoop implements Pace {
  private final EventExecutor loop;
  private final Schedule schedule;
  private final CountDownLatch done = new CountDownLatch(1);
  private final ArrayDeque<Slot> free = new ArrayDeque<>();
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean stopping;

  OpenLoop(EventExecutor loop, int perSecond) {
    this.loop = loop;
    this.schedule = new Schedule(System.nanoTime(), perSecond);
  }

  /** Begins. */
  void start() {
    loop.execute(this::tick);
  }

  private void tick() {
    while (!stopping && schedule.isDue(System.nanoTime())) {
      Slot slot = free.poll();
      if (slot == null) {
        waiting.add(schedule.take());
      } else {
        underWay++;
        slot.ask(schedule.take());
      }
    }
    if (!stopping) {
      long wait = Math.max(0, schedule.dueNanos() - System.nanoTime());
      var unused = loop.schedule(this::tick, wait, TimeUnit.NANOSECONDS);
    }
  }

  /** A slot that is new here was counted by {@link #opened}. */
  @Override
  public void free(Slot slot) {
    underWay--;
    Long due = waiting.poll();
    if (due != null) {
      underWay++;
      slot.ask(due);
      return;
    }
    // Last in the row, so that all connections get their turn.
    free.add(slot);
    if (stopping && underWay == 0) {
      done.countDown();
    }
  }

  /** Counts a slot that has just been opened, before it is given to {@link #free}. */
  void opened() {
    underWay++;
  }

  /**
   * Lets nothing more become due, and waits until all that was has its answer.
   *
   * @return whether that was in time
   */
  boolean finish(long seconds) throws InterruptedException {
    loop.execute(
        () -> {
          stopping = true;
          if (underWay == 0) {
            done.countDown();
          }
        });
    return done.await(seconds, TimeUnit.SECONDS);
  }
}
