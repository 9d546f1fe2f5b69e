package io.geminirelay.side.admin.events;

import io.geminirelay.side.admin.AdminAnswer.JsonBody;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of live event tells. Asked on the admin thread, and only while somebody listens.
 *
 * @param name of the event
 * @param period how often it is asked; whole seconds
 * @param news what has changed since it was last asked; its result is null for nothing
 * @param whole for a listener that has missed some news: everything, so that it knows as much as
 *     the others; null where every message stands for itself
 */
public record EventSource(
    String name,
    Duration period,
    Supplier<@Nullable JsonBody> news,
    @Nullable Supplier<@Nullable JsonBody> whole) {

  /** A source whose messages stand for themselves. */
  public EventSource(String name, Duration period, Supplier<@Nullable JsonBody> news) {
    this(name, period, news, null);
  }
}
