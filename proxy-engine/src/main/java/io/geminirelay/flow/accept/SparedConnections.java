package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.load.Load;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The few connections that are taken while all others are refused: who asks how the gateway is has
 * to get an answer. What comes over them is answered here or refused.
 *
 * <p>There are few places, so each is had for a moment only, or some slow clients would have them
 * all: a connection that has sent no whole request by then is closed, and one that is being
 * answered goes on as any other. Thread safe.
 */
final class SparedConnections {
  private static final int MOST = 16;

  /** So many of them are one address's, or the first to come would have them all. */
  private static final int MOST_EACH = 2;

  /** Time for the first request, which is the last. */
  private static final int REQUEST_MILLIS = 3_000;

  /** By then who has sent a whole request alone is there: the others were told to go. */
  private static final int WHOLE_MILLIS =
      REQUEST_MILLIS + ClientConnections.GRACE_SECONDS * 1_000 + 250;

  /** Time for the answer, too. */
  private static final int ANSWER_MILLIS = 2 * REQUEST_MILLIS;

  private final AtomicInteger open = new AtomicInteger();
  private final AddressConnections addresses = new AddressConnections();
  private final Load load;

  /** None yet, for as long as {@code load} is too much. */
  SparedConnections(Load load) {
    this.load = load;
  }

  /**
   * Takes in {@code channel} for a moment; false when there is no room.
   *
   * @param address where it comes from; null where that does not matter
   */
  boolean enter(Channel channel, @Nullable InetAddress address) {
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      return false;
    }
    if (address != null && !addresses.enter(address, MOST_EACH)) {
      open.decrementAndGet();
      return false;
    }
    new Place(channel, address).begin();
    return true;
  }

  /** What one connection has; used on its event loop. */
  private final class Place {
    private final Channel channel;
    private final @Nullable InetAddress address;
    private List<Future<?>> looks = List.of();
    private boolean left;

    Place(Channel channel, @Nullable InetAddress address) {
      this.channel = channel;
      this.address = address;
    }

    void begin() {
      EventLoop loop = channel.eventLoop();
      looks =
          List.of(
              loop.schedule(this::end, REQUEST_MILLIS, TimeUnit.MILLISECONDS),
              loop.schedule(this::endUnlessAsked, WHOLE_MILLIS, TimeUnit.MILLISECONDS),
              loop.schedule(this::leave, ANSWER_MILLIS, TimeUnit.MILLISECONDS));
      channel.closeFuture().addListener(closed -> leave());
    }

    private void end() {
      if (load.isRefusing()) {
        ClientConnections.end(channel);
      } else {
        leave();
      }
    }

    private void endUnlessAsked() {
      if (awaitsRequest()) {
        ClientConnections.forceEnd(channel);
      }
    }

    private boolean awaitsRequest() {
      IntSupplier streams = channel.attr(ClientConnections.STREAMS).get();
      if (streams != null) {
        return streams.getAsInt() == 0;
      }
      OneAtATimeHandler requests = channel.pipeline().get(OneAtATimeHandler.class);
      return requests == null || (requests.awaitsRequest() && !goesUpstream());
    }

    /** What does was let through, as the load had eased meanwhile. */
    private boolean goesUpstream() {
      Exchange exchange = channel.attr(Exchange.KEY).get();
      return exchange != null && exchange.route().upstream();
    }

    private void leave() {
      if (left) {
        return;
      }
      left = true;
      looks.forEach(each -> each.cancel(false));
      open.decrementAndGet();
      if (address != null) {
        addresses.leave(address);
      }
    }
  }
}
