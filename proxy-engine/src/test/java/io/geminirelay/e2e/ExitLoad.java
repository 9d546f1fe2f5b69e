package io.geminirelay.e2e;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that ask without pause until told to end, and what was not served of it. */
final class ExitLoad {
  private final AtomicLong served = new AtomicLong();
  private final ConcurrentLinkedQueue<Response> refused = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();

  ExitLoad(int port, int count) {
    for (int i = 0; i < count; i++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      clients.add(done);
      Thread thread = new Thread(() -> run(port, done));
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run(int port, CompletableFuture<Void> done) {
    try (TestClient client = TestClient.connect(port)) {
      while (!over.get()) {
        Response answer = client.post(Rig.UNARY, Rig.BODY);
        if (answer.status() == 200 && answer.whole()) {
          served.incrementAndGet();
        } else {
          refused.add(answer);
        }
      }
      done.complete(null);
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  /** Waits until so many more were served, or one was not. */
  void awaitMore(int count) {
    long at = served.get() + count;
    Rig.await(() -> served.get() >= at || !refused.isEmpty(), count + " answers");
  }

  /** Stops asking and waits for the last answers. */
  void end() {
    over.set(true);
    clients.forEach(client -> client.orTimeout(30, TimeUnit.SECONDS).join());
  }

  /** The answers that were none. */
  List<Response> refused() {
    return List.copyOf(refused);
  }
}
