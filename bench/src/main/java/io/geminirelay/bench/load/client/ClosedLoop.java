package io.geminirelay.bench.load.client;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Asks again as soon as there is an answer, or after a pause. */
final class ClosedLoop implements Pace {
  private final EventExecutor loop;
  private final int pauseMillis;

  ClosedLoop(EventExecutor loop, int pauseMillis) {
    this.loop = loop;
    this.pauseMillis = pauseMillis;
  }

  @Override
  public void free(Slot slot) {
    if (pauseMillis == 0) {
      slot.ask(System.nanoTime());
      return;
    }
    // Not in step: what came together must not go on together.
    int millis = pauseMillis / 2 + ThreadLocalRandom.current().nextInt(pauseMillis) + 1;
    var unused = loop.schedule(() -> slot.ask(System.nanoTime()), millis, TimeUnit.MILLISECONDS);
  }
}
