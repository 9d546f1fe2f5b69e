package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Events of the log on their way from those who log to the one thread that writes them: bounded,
 * without a lock and without garbage.
 *
 * <p>Events have numbers that grow by one. A place is free again only when the writer says that
 * what was in it is written, so that the bound is exact and holds for what the writer has in hand,
 * too.
 */
final class LogRing {
  private final int mask;
  private final AtomicReferenceArray<@Nullable ILoggingEvent> places;

  /** Number of the next event that is put down. */
  private final AtomicLong next = new AtomicLong();

  /** Number of the first event that is not written yet. */
  private final AtomicLong written = new AtomicLong();

  /**
   * An empty one.
   *
   * @param capacity a power of two
   */
  LogRing(int capacity) {
    mask = capacity - 1;
    places = new AtomicReferenceArray<>(capacity);
  }

  /** Puts {@code event} down unless {@code most} are there already; returns whether it did. */
  boolean offer(ILoggingEvent event, int most) {
    long number;
    do {
      number = next.get();
      if (number - written.get() >= most) {
        return false;
      }
    } while (!next.compareAndSet(number, number + 1));
    // Not merely released: who puts down looks next at whether the writer is asleep, and the writer
    // does these two things the other way round. One of them has to see the other.
    places.set(place(number), event);
    return true;
  }

  private int place(long number) {
    return (int) number & mask;
  }

  /** Takes the event with that number; null while nobody has put it down. For the writer. */
  @Nullable ILoggingEvent take(long number) {
    int place = place(number);
    ILoggingEvent event = places.get(place);
    if (event != null) {
      places.setRelease(place, null);
    }
    return event;
  }

  /** Whether the event with that number is there. For the writer. */
  boolean holds(long number) {
    return places.get(place(number)) != null;
  }

  /** All events with a number below {@code number} are written. For the writer. */
  void written(long number) {
    written.setRelease(number);
  }
}
