package io.geminirelay.bench.load.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private static final int REQUESTS = 20;

  private final EventExecutor loop = new DefaultEventExecutor();

  @AfterEach
  void end() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void whatWaitsForASlotKeepsTheTimeAtWhichItWasDue() throws Exception {
    OpenLoop pace = new OpenLoop(loop, 1_000);
    List<Long> dues = new ArrayList<>();
    CountDownLatch enough = new CountDownLatch(REQUESTS);
    Slot answersLate =
        new Slot() {
          @Override
          public void ask(long dueNanos) {
            dues.add(dueNanos);
            enough.countDown();
            // Three requests fall due while it is busy with one.
            var unused = loop.schedule(() -> pace.free(this), 3, TimeUnit.MILLISECONDS);
          }
        };
    loop.execute(
        () -> {
          pace.opened();
          pace.free(answersLate);
          pace.start();
        });
    assertTrue(enough.await(30, TimeUnit.SECONDS));
    assertTrue(pace.finish(30));
    for (int i = 1; i < dues.size(); i++) {
      assertEquals(1_000_000, dues.get(i) - dues.get(i - 1), "no request is left out");
    }
  }
}
