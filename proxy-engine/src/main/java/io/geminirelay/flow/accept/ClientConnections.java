package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FlushRound;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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

  private static final Logger LOG = LoggerFactory.getLogger(ClientConnections.class);

  /** How many requests are under way on a connection that has more than one; read by any thread. */
  static final AttributeKey<IntSupplier> STREAMS = AttributeKey.valueOf("relay.streams");

  /** One in so many is asked to end at a time, once a second. */
  private static final int YIELD_SHARE = 10;

  private static final int YIELD_LEAST = 16;

  /** In place of the number of a connection that was asked. */
  private static final long ASKED = -1;

  private final AtomicInteger open = new AtomicInteger();
  private final AddressConnections addresses = new AddressConnections();
  private final Refusals refusals = new Refusals();
  private final Load load;

  /** Most that the process can have; what is asked for beyond it is not given. */
  private final int ceiling;

  /** What was asked for last. */
  private final AtomicInteger asked = new AtomicInteger();

  /** With the number of each in the order of their arrival. */
  private final Map<Channel, Long> channels = new ConcurrentHashMap<>();

  private final AtomicLong arrivals = new AtomicLong();
  private final SparedConnections spared;
  private final CompletableFuture<Boolean> drained = new CompletableFuture<>();
  private volatile int max;
  private volatile boolean draining;

  /** Whether nobody enters any more. */
  private volatile boolean sealed;

  private volatile boolean forced;

  /**
   * Makes an empty set of at most {@code max} connections, and of {@code ceiling} whatever is asked
   * for later; at least 1.
   *
   * @param load says whether more are taken
   */
  public ClientConnections(int max, int ceiling, Load load) {
    this.ceiling = ceiling;
    this.load = load;
    this.spared = new SparedConnections(load);
    allow(max);
  }

  /** Lets there be {@code most} connections from now on; at least 1. Those there are may stay. */
  void allow(int most) {
    if (asked.getAndSet(most) != most && most > ceiling) {
      // Who has asked for nothing is not to be warned.
      boolean standard = most == ServerConfig.STANDARD.maxConnections();
      LOG.atLevel(standard ? Level.INFO : Level.WARN)
          .log(
              "max_connections is {}, but the process has file descriptors for {} connections of"
                  + " clients beside its own: raise its limit (ulimit -n, LimitNOFILE)",
              most,
              ceiling);
    }
    max = Math.min(most, ceiling);
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
    return enter(channel, null);
  }

  private boolean enter(Channel channel, @Nullable InetAddress address) {
    if (load.isRefusing() && !spared.enter(channel, address)) {
      refusals.count(Refusal.OVERLOADED);
      return false;
    }
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      refusals.count(Refusal.TOO_MANY);
      return false;
    }
    channels.put(channel, arrivals.getAndIncrement());
    channel.closeFuture().addListener(closed -> leave(channel));
    // One that was accepted while its listener closed was not seen by those who end them.
    if (draining || isOrphan(channel)) {
      end(channel);
    }
    return true;
  }

  /**
   * As {@link #enter(Channel)}, and only while {@code address} has fewer than {@code most}; any
   * number for 0.
   */
  boolean enter(Channel channel, InetAddress address, int most) {
    if (most > 0 && !addresses.enter(channel, address, most)) {
      refusals.count(Refusal.ADDRESS_TOO_MANY);
      return false;
    }
    return enter(channel, address);
  }

  /**
   * Asks some of the oldest connections to end, those without a request first: idle ones soon, busy
   * ones after the answers in flight. HTTP/2 clients are told with GOAWAY.
   */
  public void makeRoom() {
    int some = Math.max(YIELD_LEAST, open.get() / YIELD_SHARE);
    // Looked at once each: who sorts by what changes meanwhile may fail.
    Map<Boolean, List<Map.Entry<Channel, Long>>> byBusy =
        channels.entrySet().stream()
            .filter(each -> each.getValue() >= 0)
            .sorted(Map.Entry.comparingByValue())
            .collect(Collectors.partitioningBy(each -> isBusy(each.getKey())));
    Stream.of(byBusy.get(false), byBusy.get(true))
        .flatMap(List::stream)
        .limit(some)
        .forEach(each -> askToEnd(each.getKey(), each.getValue()));
  }

  private static boolean isBusy(Channel channel) {
    IntSupplier streams = channel.attr(STREAMS).get();
    return streams == null ? channel.attr(Exchange.KEY).get() != null : streams.getAsInt() > 0;
  }

  private void askToEnd(Channel channel, Long number) {
    if (channels.replace(channel, number, ASKED)) {
      end(channel);
    }
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
    channels.keySet().forEach(ClientConnections::end);
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
    channels.keySet().stream()
        .filter(each -> each.parent() == listener)
        .forEach(ClientConnections::end);
    var unused =
        listener
            .eventLoop()
            .schedule(
                () ->
                    channels.keySet().stream()
                        .filter(each -> each.parent() == listener)
                        .forEach(ClientConnections::forceEnd),
                deadline.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  // Completes when the last one is closed, not before: who waits for it ends the event loops.
  private void force() {
    forced = true;
    channels.keySet().forEach(ClientConnections::forceEnd);
  }

  static void end(Channel channel) {
    channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(DRAIN));
  }

  static void forceEnd(Channel channel) {
    channel.eventLoop().execute(() -> closeNow(channel));
  }

  // Past the handlers, which would wait for streams or for the client's TLS farewell.
  private static void closeNow(Channel channel) {
    FlushRound.flushOwn();
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }
}
