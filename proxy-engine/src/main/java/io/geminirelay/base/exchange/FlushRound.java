package io.geminirelay.base.exchange;

import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one event loop whose flushes were put off: until the loop has gone through its
 * sockets, or there are {@value #MOST} of them, or somebody is about to {@linkplain #flushOwn take
 * long}. More at once would make the first wait for long, and would be out of the processor's
 * caches by then. Used on that loop only.
 */
public final class FlushRound {
  /** Channels flushed together at most. */
  static final int MOST = 32;

  // Of the loop's thread, since both sides of an exchange share it and are made apart.
  private static final FastThreadLocal<@Nullable FlushRound> OWN = new FastThreadLocal<>();

  private final SingleThreadEventLoop loop;
  private final ArrayDeque<LateFlushHandler> waiting = new ArrayDeque<>(MOST);
  private final Runnable atEnd = this::end;
  private boolean endAwaited;

  private FlushRound(SingleThreadEventLoop loop) {
    this.loop = loop;
  }

  /** That of {@code loop}, which is the caller's. */
  static FlushRound of(SingleThreadEventLoop loop) {
    assert loop.inEventLoop();
    FlushRound own = OWN.get();
    if (own == null) {
      own = new FlushRound(loop);
      OWN.set(own);
    }
    return own;
  }

  /**
   * Flushes what was put off on the caller's event loop, if it is one: before work that others
   * should not wait for, and before an end that goes past the handlers.
   */
  public static void flushOwn() {
    FlushRound own = OWN.getIfExists();
    if (own != null) {
      own.flush();
    }
  }

  /** Flushes {@code handler}'s channel soon; it is not waiting yet. */
  void add(LateFlushHandler handler) {
    waiting.add(handler);
    if (waiting.size() >= MOST) {
      flush();
    } else if (!endAwaited) {
      endAwaited = true;
      // Tasks come behind the sockets, and behind this one those that are scheduled: long counts.
      loop.execute(atEnd);
    }
  }

  private void end() {
    endAwaited = false;
    flush();
  }

  /** Those of now; who hears of a write may put off others meanwhile. */
  private void flush() {
    for (int left = waiting.size(); left > 0; left--) {
      LateFlushHandler next = waiting.poll();
      if (next == null) {
        return;
      }
      next.flushNow();
    }
  }
}
