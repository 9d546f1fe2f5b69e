package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.exchange.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Several instances in threads of their own, all at once and without a pause, under one limit. */
class LeaseHammerTest {
  private static final int INSTANCES = 3;
  private static final int THREADS = 2;
  private static final long PER_MINUTE = 30_000;
  private static final long RUN_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private final LongAdder admitted = new LongAdder();
  private final FairLeases store = new FairLeases(TimeSource.SYSTEM);

  @Test
  void togetherTheyNeverAdmitMoreThanTheLimit() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<ClientLimits> limits = new ArrayList<>();
    List<ScheduledExecutorService> states = new ArrayList<>();
    ClientConfig client =
        new ClientConfig(
            "fleet", new byte[32], PER_MINUTE, 0, 0, List.of(), List.of(), Priority.NORMAL);
    long begin = System.nanoTime();
    for (int i = 0; i < INSTANCES; i++) {
      ScheduledExecutorService state = Executors.newSingleThreadScheduledExecutor();
      states.add(state);
      ClientLimits own = ClientLimits.of(List.of(client), TimeSource.SYSTEM);
      own.shareBy(store, null, state);
      limits.add(own);
      ClientAccount account = own.of(client);
      assertNotNull(account);
      // Until it knows of the others, it is one that is alone.
      state.schedule(() -> {}, 200, TimeUnit.MILLISECONDS).get();
      for (int j = 0; j < THREADS; j++) {
        threads.add(new Thread(() -> draw(account)));
      }
    }
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }
    double minutes = (System.nanoTime() - begin) / (double) TimeUnit.MINUTES.toNanos(1);
    for (ClientLimits each : limits) {
      each.giveBack().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    long left = store.room("requests/fleet", PER_MINUTE);
    states.forEach(ScheduledExecutorService::shutdownNow);
    double allowed = PER_MINUTE * (1 + minutes);
    // The first who come may be let in on old news; they are a few, and are owed.
    assertTrue(
        admitted.sum() <= allowed + INSTANCES * PER_MINUTE / 64, admitted.sum() + " of " + allowed);
    // Nothing was lost on the way either: what was not admitted is still there.
    double after = (System.nanoTime() - begin) / (double) TimeUnit.MINUTES.toNanos(1);
    assertTrue(left <= PER_MINUTE * (1 + after) - admitted.sum() + 1, left + " are left");
    assertEquals(PER_MINUTE, admitted.sum() + left, PER_MINUTE * 0.05);
  }

  private void draw(ClientAccount account) {
    long end = System.nanoTime() + RUN_NANOS;
    while (System.nanoTime() - end < 0) {
      if (account.enter() == null) {
        account.leave();
        admitted.increment();
      }
    }
  }
}
