package io.geminirelay.bench.soak;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.TestClient;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Follows a gateway's events as a dashboard does, from its start until it is closed. */
final class Watcher {
  private final TestClient client;
  private final Thread thread;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean ended;

  Watcher(GatewayUnderSoak gateway) {
    client = gateway.connect();
    client.readTimeout(Duration.ofMinutes(2));
    client.request(
        "GET",
        "/admin/api/events",
        Header.list("authorization", "Bearer " + Setting.ADMIN_TOKEN),
        null);
    Reading reading = client.begin();
    if (reading.status() != 200) {
      throw new IllegalStateException("no events: " + reading.status());
    }
    thread = new Thread(() -> follow(reading), "soak-watcher");
    thread.setDaemon(true);
    thread.start();
  }

  private void follow(Reading reading) {
    try {
      for (byte[] piece = reading.next(); piece != null; piece = reading.next()) {
        bytes.addAndGet(piece.length);
      }
    } catch (RuntimeException | AssertionError e) {
      // Closed, by either side.
      ended = true;
    }
    ended = true;
  }

  /** Bytes of events so far. */
  long bytes() {
    return bytes.get();
  }

  /** Whether the events came to an end by themselves. */
  boolean ended() {
    return ended;
  }

  /** Leaves. */
  void end() throws InterruptedException {
    client.abort();
    thread.join(5_000);
  }
}
