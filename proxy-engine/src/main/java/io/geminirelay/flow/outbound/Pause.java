package io.geminirelay.flow.outbound;

import io.netty.channel.Channel;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The wait before another attempt, whose choice was admitted already. One at a time; belongs to its
 * exchange and event loop.
 */
final class Pause {
  private final Channel client;
  private final Consumer<Choice> then;
  private @Nullable Choice choice;
  private @Nullable Future<?> timer;

  /** Pauses on the event loop of {@code client}; {@code then} goes on with the choice. */
  Pause(Channel client, Consumer<Choice> then) {
    this.client = client;
    this.then = then;
  }

  /** Goes on with {@code next} after {@code delayNanos}. */
  void begin(Choice next, long delayNanos) {
    choice = next;
    timer =
        client
            .eventLoop()
            .schedule(
                Continuation.of(
                    client,
                    () -> {
                      choice = null;
                      then.accept(next);
                    }),
                delayNanos,
                TimeUnit.NANOSECONDS);
  }

  /** Ends the wait for good; the choice that was waiting, or null. */
  @Nullable Choice cancel() {
    Choice waiting = choice;
    if (waiting != null && timer != null) {
      timer.cancel(false);
      choice = null;
    }
    return waiting;
  }
}
