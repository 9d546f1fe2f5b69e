package io.geminirelay.e2e;

import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;

/**
 * Which gateway still uses a key after it was refused to another, as the simulator sees it; the
 * gateways are asked by {@link Askers}. Thread safe.
 */
final class Uses {
  private final int gateways;
  private final int keys;
  private final long[] lastNanos;
  private final long[] skippedNanos;
  private final int[] without;
  private String watched = "";
  private long refusedNanos;

  /** Looks on as {@code google} answers so many gateways with so many keys. */
  Uses(GeminiSimulator google, int gateways, int keys) {
    this.gateways = gateways;
    this.keys = keys;
    this.lastNanos = new long[gateways];
    this.skippedNanos = new long[gateways];
    this.without = new int[gateways];
    google
        .script()
        .always(
            (request, usual) -> {
              seen(request);
              return usual.get();
            });
  }

  /** Has gateway 0 be refused {@code key} at its next use of it, alone. */
  void refuse(GeminiSimulator google, String key, Reaction refusal) {
    synchronized (this) {
      watched = key;
      refusedNanos = 0;
    }
    google
        .script()
        .next(
            1,
            request -> key.equals(request.key()) && from(request) == 0,
            (request, usual) -> {
              refused();
              return refusal.answer(request, usual);
            });
  }

  private static int from(ReceivedRequest request) {
    String text = request.bodyText();
    int at = text.indexOf(" from ");
    return at < 0 ? -1 : text.charAt(at + " from ".length()) - '0';
  }

  private synchronized void refused() {
    refusedNanos = System.nanoTime();
    for (int i = 0; i < gateways; i++) {
      lastNanos[i] = refusedNanos;
      without[i] = 0;
    }
  }

  private synchronized void seen(ReceivedRequest request) {
    int gateway = from(request);
    if (refusedNanos == 0 || gateway < 0) {
      return;
    }
    long now = System.nanoTime();
    if (watched.equals(request.key())) {
      lastNanos[gateway] = now;
      without[gateway] = 0;
    } else if (++without[gateway] == keys) {
      // Each of the others was used since: it was this one's turn, and it was skipped.
      skippedNanos[gateway] = now;
    }
  }

  synchronized boolean wasRefused() {
    return refusedNanos != 0;
  }

  /** Waits until the other gateways have long done without the key. */
  void awaitSkipped() {
    RedisServer.await("the others to do without the key", this::isSkipped);
  }

  private synchronized boolean isSkipped() {
    boolean all = refusedNanos != 0;
    for (int i = 1; i < gateways; i++) {
      all &= without[i] >= 20 * keys;
    }
    return all;
  }

  /** From the refusal to the last request of another gateway with the key. */
  synchronized long lastUseNanos() {
    long latest = 0;
    for (int i = 1; i < gateways; i++) {
      latest = Math.max(latest, lastNanos[i] - refusedNanos);
    }
    return latest;
  }

  /** From the refusal until it was seen that all other gateways pass the key over. */
  synchronized long skippedNanos() {
    long latest = 0;
    for (int i = 1; i < gateways; i++) {
      latest = Math.max(latest, skippedNanos[i] - refusedNanos);
    }
    return latest;
  }
}
