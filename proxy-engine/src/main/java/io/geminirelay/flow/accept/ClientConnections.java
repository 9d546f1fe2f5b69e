package io.geminirelay.flow.accept;

import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open client connections: how many there may be, and how they all come to an end.
 *
 * <p>Touched once when a connection opens and once when it closes, never by a request. Thread safe.
 */
public final class ClientConnections {
  /** Pipeline event: finish what is in flight, begin nothing, close. */
  static final Object DRAIN =
      new Object() {
        @Override
        public String toString() {
          return "drain";
        }
      };

  /** For what was sent before the end could be known: that much of it is still waited for. */
  static final int GRACE_SECONDS = 1;

  private final AtomicInteger open = new AtomicInteger();
  private final Refusals refusals = new Refusals();
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Boolean> drained = new CompletableFuture<>();
  private volatile int max;
  private volatile boolean draining;

  /** Whether nobody enters any more. */
  private volatile boolean sealed;

  private volatile boolean forced;

  /** Makes an empty set of at most {@code max} connections; at least 1. */
  public ClientConnections(int max) {
    this.max = max;
  }

  /** Lets there be {@code most} connections from now on; at least 1. Those there are may stay. */
  void allow(int most) {
    max = most;
  }

  /** Connections open now. */
  public int open() {
    return open.get();
  }

  /** Connections that were not taken so far, or ended, and why. */
  public Refusals refusals() {
    return refusals;
  }

  /** Takes in {@code channel} until it closes; false when there is no room. */
  boolean enter(Channel channel) {
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      refusals.count(Refusal.TOO_MANY);
      return false;
    }
    channels.add(channel);
    channel.closeFuture().addListener(closed -> leave(channel));
    // One that was accepted while its listener closed was not seen by those who end them.
    if (draining || isOrphan(channel)) {
      end(channel);
    }
    return true;
  }

  private static boolean isOrphan(Channel channel) {
    Channel listener = channel.parent();
    return listener != null && !listener.isOpen();
  }

  private void leave(Channel channel) {
    channels.remove(channel);
    if (open.decrementAndGet() == 0 && sealed) {
      drained.complete(!forced);
    }
  }

  /**
   * Ends all connections: idle ones now, busy ones after the answers in flight, those left at the
   * deadline by force. Who enters meanwhile is ended as well.
   *
   * @param lastEntered completes when nobody enters any more
   * @param deadline time for the answers in flight, from then on
   * @param timer runs the deadline
   * @return completes when none is left; true when none had to be forced
   */
  public CompletionStage<Boolean> drain(
      CompletionStage<?> lastEntered, Duration deadline, EventExecutor timer) {
    draining = true;
    channels.forEach(ClientConnections::end);
    return lastEntered.thenCompose(none -> sealed(deadline, timer));
  }

  private CompletionStage<Boolean> sealed(Duration deadline, EventExecutor timer) {
    sealed = true;
    if (open.get() == 0) {
      drained.complete(true);
    }
    Future<?> force = timer.schedule(this::force, deadline.toNanos(), TimeUnit.NANOSECONDS);
    return drained.whenComplete((clean, failure) -> force.cancel(false));
  }

  /**
   * Ends the connections that {@code listener} accepted, which is closed: idle ones now, busy ones
   * after the answers in flight, those left at the deadline by force.
   *
   * @param deadline time for the answers in flight
   */
  void retire(Channel listener, Duration deadline) {
    channels.stream().filter(each -> each.parent() == listener).forEach(ClientConnections::end);
    var unused =
        listener
            .eventLoop()
            .schedule(
                () ->
                    channels.stream()
                        .filter(each -> each.parent() == listener)
                        .forEach(ClientConnections::forceEnd),
                deadline.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  // Completes when the last one is closed, not before: who waits for it ends the event loops.
  private void force() {
    forced = true;
    channels.forEach(ClientConnections::forceEnd);
  }

  private static void end(Channel channel) {
    channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(DRAIN));
  }

  private static void forceEnd(Channel channel) {
    channel.eventLoop().execute(() -> closeNow(channel));
  }

  // Past the handlers, which would wait for streams or for the client's TLS farewell.
  private static void closeNow(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }
}
