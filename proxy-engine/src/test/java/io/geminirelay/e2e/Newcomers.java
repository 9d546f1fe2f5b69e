package io.geminirelay.e2e;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that come without a pause, each with a connection of its own for a single request. */
final class Newcomers {
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger served = new AtomicInteger();
  private volatile boolean over;

  /** Starts {@code count} of them at a time. */
  Newcomers(int port, int count) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(() -> comeAgain(port), "newcomer");
      threads.add(thread);
      thread.start();
    }
  }

  private void comeAgain(int port) {
    while (!over) {
      try (TestClient client = TestClient.connect(port)) {
        Response answer = client.post(Rig.UNARY, Rig.BODY, "Connection", "close");
        if (answer.status() == 200 && answer.whole()) {
          served.incrementAndGet();
        } else {
          failures.add(answer.toString());
        }
      } catch (RuntimeException e) {
        failures.add(e.toString());
      }
    }
  }

  /** Waits until so many more were served. */
  void awaitMore(int count) {
    int enough = served.get() + count;
    Rig.await(
        () -> served.get() >= enough || !failures.isEmpty(),
        enough + " newcomers to be served, failed: " + failures);
  }

  /** Ends; returns what went wrong for any of them. */
  List<String> stop() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    }
    return List.copyOf(failures);
  }

  int served() {
    return served.get();
  }
}
