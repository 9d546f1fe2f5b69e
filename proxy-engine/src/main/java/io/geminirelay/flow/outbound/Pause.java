package io.geminirelay.flow.outbound;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The wait before another attempt, whose choice was admitted already. One at a time; belongs to its
 * exchange and event loop.
 */
final class Pause {
  private final EventLoop loop;
  private final Consumer<Choice> then;
  private @Nullable Choice choice;
  private @Nullable Future<?> timer;

  /** Pauses on {@code loop}; {@code then} goes on with the choice. */
  Pause(EventLoop loop, Consumer<Choice> then) {
    this.loop = loop;
    this.then = then;
  }

  /** Goes on with {@code next} after {@code delayNanos}. */
  void begin(Choice next, long delayNanos) {
    choice = next;
    timer =
        loop.schedule(
            () -> {
              choice = null;
              then.accept(next);
            },
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
