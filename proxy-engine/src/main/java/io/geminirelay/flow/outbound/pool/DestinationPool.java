package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.OutboundConfig.PoolConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.outbound.connect.ConnectListener;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop to one destination, of either HTTP version, and who waits for them.
 *
 * <p>Which version is spoken is known only after ALPN. Until the first connection has told, one is
 * opened on trial for all who wait: with HTTP/2 they share it, with HTTP/1.1 each gets a connection
 * of its own. Idle HTTP/1.1 connections form a stack, so that few are kept warm and the rest go
 * idle long enough to be closed. Waiters are served in order of arrival; those who wait for a fresh
 * connection hold up nobody who can use what is there.
 */
final class DestinationPool {
  private final LoopPools owner;
  private final Destination destination;
  private final TargetConfig target;
  private final OutboundConfig config;
  private final PoolConfig limits;
  private final ArrayDeque<Http1Connection> idle = new ArrayDeque<>();
  private final List<Http2Connection> multiplexed = new ArrayList<>();
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private final Offer offer;
  private Version version;
  private long asked;
  private int connections;
  private int connecting;
  private boolean growing;
  private boolean sweeping;
  private boolean closed;

  DestinationPool(LoopPools owner, Destination destination) {
    this.owner = owner;
    this.destination = destination;
    this.target = destination.target();
    this.config = owner.config();
    this.limits = config.pool();
    this.offer = new Offer(destination);
    this.version = Version.firstGuess(target);
  }

  // -- asking

  Leasing lease(boolean freshOnly, LeaseListener listener) {
    asked++;
    UpstreamLease lease = mayGoFirst(freshOnly) ? lend(freshOnly, asked) : null;
    if (lease != null) {
      listener.leased(lease);
      return Leasing.SETTLED;
    }
    Waiter waiter = new Waiter(this, freshOnly, asked, listener);
    waiters.add(waiter);
    startClock(waiter, config.connect(), false);
    grow();
    return waiter;
  }

  /** Who waits already goes first, unless it cannot use what the newcomer can. */
  private boolean mayGoFirst(boolean freshOnly) {
    return waiters.isEmpty()
        || (!freshOnly && waiters.stream().allMatch(waiter -> waiter.freshOnly));
  }

  void withdraw(Waiter waiter) {
    if (waiters.remove(waiter)) {
      waiter.stopClock();
    }
  }

  private void startClock(Waiter waiter, Duration wait, boolean last) {
    waiter.clock =
        owner.loop().schedule(() -> waited(waiter, last), wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void waited(Waiter waiter, boolean last) {
    if (connecting > 0 && !last) {
      // The connector's own clocks know better which stage is slow; they end within this.
      startClock(waiter, config.tlsHandshake().plusSeconds(1), true);
    } else if (waiters.remove(waiter)) {
      waiter.listener.failed(
          Fault.of(
              FaultKind.POOL_EXHAUSTED,
              "all " + connections + " connections to " + target.authority() + " stayed busy"));
    }
  }

  // -- lending

  private @Nullable UpstreamLease lend(boolean freshOnly, long number) {
    UpstreamLease stream = lendStream(freshOnly, number);
    return stream != null || freshOnly ? stream : lendIdle();
  }

  private @Nullable UpstreamLease lendStream(boolean freshOnly, long number) {
    long now = multiplexed.isEmpty() ? 0 : owner.nanoTime();
    for (int i = multiplexed.size() - 1; i >= 0; i--) {
      Http2Connection connection = multiplexed.get(i);
      if (connection.ageNanos(now) > limits.lifetime().toNanos()) {
        connection.drain();
      } else if (connection.hasRoom() && (!freshOnly || connection.isFreshFor(number))) {
        UpstreamLease lease = connection.lend(asked);
        if (lease != null) {
          return lease;
        }
      }
    }
    return null;
  }

  private @Nullable UpstreamLease lendIdle() {
    for (Http1Connection top = idle.pollLast(); top != null; top = idle.pollLast()) {
      if (top.usable() && !outlived(top, owner.nanoTime())) {
        return top.lend();
      }
      top.channel.close();
    }
    return null;
  }

  private boolean outlived(Http1Connection connection, long now) {
    return connection.ageNanos(now) > limits.lifetime().toNanos()
        || now - connection.idleSinceNanos > limits.idle().toNanos();
  }

  private void serve() {
    while (!waiters.isEmpty()) {
      Waiter first = waiters.element();
      UpstreamLease lease = lend(first.freshOnly, first.number);
      if (lease == null) {
        break;
      }
      hand(lease);
    }
    grow();
  }

  private void hand(UpstreamLease lease) {
    Waiter waiter = waiters.remove();
    waiter.stopClock();
    waiter.listener.leased(lease);
  }

  // -- opening

  private void grow() {
    // What makes room may close at once, and its end, or an opening's, asks to grow again.
    if (growing || waiters.isEmpty()) {
      return;
    }
    growing = true;
    version = offer.endsNow(owner.nanoTime()) ? Version.firstGuess(target) : version;
    try {
      while (!closed && connecting < wanted() && makeRoom()) {
        connecting++;
        Destination offered = offer.destination(owner.nanoTime());
        owner.connector().open(owner.loop(), destination, offered, new Arrival());
      }
    } finally {
      growing = false;
    }
  }

  /** How many connections on their way would serve all who wait. */
  private int wanted() {
    int waiting = waiters.size();
    return switch (version) {
      case UNKNOWN -> Math.min(1, waiting);
      case HTTP_1 -> waiting;
      case HTTP_2 -> (waiting + limits.maxStreams() - 1) / limits.maxStreams();
    };
  }

  /** At the limit an idle connection makes way: whoever waits cannot use it. */
  private boolean makeRoom() {
    if (connections + connecting < limits.maxConnections()) {
      return true;
    }
    Http1Connection oldest = idle.pollFirst();
    if (oldest != null) {
      oldest.channel.close();
    }
    // A close that takes its time, as with TLS, asks to grow when it is done.
    return connections + connecting < limits.maxConnections();
  }

  private final class Arrival implements ConnectListener {
    @Override
    public void connected(Channel channel, boolean http2) {
      if (closed || (http2 && offer.isOldOnly(owner.nanoTime()))) {
        connecting--;
        channel.close();
        grow();
      } else if (http2) {
        version = Version.HTTP_2;
        connections++;
        new Http2Connection(DestinationPool.this, channel, limits.maxStreams(), target.tls())
            .start();
      } else {
        version = Version.HTTP_1;
        connecting--;
        connections++;
        arrived(new Http1Connection(DestinationPool.this, channel, owner.nanoTime()));
      }
    }

    @Override
    public void failed(Fault fault) {
      connecting--;
      failWaiters(fault);
    }
  }

  private void arrived(Http1Connection connection) {
    if (waiters.isEmpty()) {
      keep(connection, owner.nanoTime());
    } else {
      hand(connection.lend());
    }
    serve();
  }

  /** Fails those for whom the connection was opened: all, unless others are still on their way. */
  private void failWaiters(Fault fault) {
    int count =
        switch (version) {
          case UNKNOWN -> waiters.size();
          case HTTP_1 -> wanted() > connecting ? 1 : 0;
          case HTTP_2 -> connecting == 0 ? waiters.size() : 0;
        };
    List<Waiter> failed = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      failed.add(waiters.remove());
    }
    for (Waiter waiter : failed) {
      waiter.stopClock();
      waiter.listener.failed(fault);
    }
    grow();
  }

  // -- coming back

  void returned(Http1Connection connection) {
    long now = owner.nanoTime();
    connection.idleSinceNanos = now;
    if (closed || connection.ageNanos(now) > limits.lifetime().toNanos()) {
      connection.channel.close();
    } else if (!waiters.isEmpty() && !waiters.element().freshOnly) {
      hand(connection.lend());
    } else {
      keep(connection, now);
      grow();
    }
  }

  private void keep(Http1Connection connection, long now) {
    connection.idleSinceNanos = now;
    idle.addLast(connection);
    if (idle.size() > limits.maxIdle()) {
      idle.removeFirst().channel.close();
    }
    // Without a pending read neither the peer's close nor stray bytes would be noticed.
    connection.channel.read();
    sweepLater();
  }

  void closed(Http1Connection connection) {
    idle.remove(connection);
    connections--;
    grow();
  }

  /** The peer has answered the HTTP/2 preface. */
  void ready(Http2Connection connection) {
    connecting--;
    if (closed || offer.isOldOnly(owner.nanoTime())) {
      connection.drain();
    } else {
      multiplexed.add(connection);
      sweepLater();
      serve();
    }
  }

  void streamEnded(Http2Connection connection) {
    if (!waiters.isEmpty()) {
      serve();
    }
  }

  /** The peer wants HTTP/1.1 in place of HTTP/2; whether it has the choice, and gets it. */
  boolean oldIsRequired() {
    boolean turns = offer.oldIsRequired(owner.nanoTime());
    if (turns) {
      version = Version.HTTP_1;
      List.copyOf(multiplexed).forEach(Http2Connection::drain);
    }
    return turns;
  }

  void drained(Http2Connection connection) {
    multiplexed.remove(connection);
  }

  void closed(Http2Connection connection, boolean started) {
    connections--;
    multiplexed.remove(connection);
    if (started) {
      grow();
    } else {
      connecting--;
      failWaiters(
          Fault.of(FaultKind.CONNECT, target.authority() + " closed before speaking HTTP/2"));
    }
  }

  // -- growing old

  private void sweepLater() {
    if (!sweeping) {
      sweeping = true;
      owner.loop().schedule(this::sweep, limits.idle().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void sweep() {
    sweeping = false;
    long now = owner.nanoTime();
    long limit = limits.idle().toNanos();
    for (Iterator<Http1Connection> each = idle.iterator(); each.hasNext(); ) {
      Http1Connection connection = each.next();
      if (now - connection.idleSinceNanos >= limit) {
        each.remove();
        connection.channel.close();
      }
    }
    for (Http2Connection connection : List.copyOf(multiplexed)) {
      if (connection.open() == 0 && now - connection.idleSinceNanos >= limit) {
        connection.drain();
      }
    }
    if (connections + connecting + waiters.size() > 0 || offer.isOldOnly(now)) {
      sweepLater();
    } else {
      owner.forget(destination, this);
    }
  }

  void close() {
    closed = true;
    List<Waiter> refused = List.copyOf(waiters);
    waiters.clear();
    for (Waiter waiter : refused) {
      waiter.stopClock();
      waiter.listener.failed(Fault.of(FaultKind.DRAINING, "the gateway is stopping"));
    }
    List.copyOf(idle).forEach(connection -> connection.channel.close());
    idle.clear();
    List.copyOf(multiplexed).forEach(Http2Connection::drain);
  }

  SpareWindow spare() {
    return owner.spare();
  }

  PoolCounts counts() {
    int streams = 0;
    int idleStreams = 0;
    for (Http2Connection connection : multiplexed) {
      streams += connection.open();
      idleStreams += connection.open() == 0 ? 1 : 0;
    }
    int ones = connections - multiplexed.size() - idle.size();
    return new PoolCounts(
        idle.size() + idleStreams, Math.max(ones, 0) + streams, waiters.size(), connecting, 0);
  }

  /** How long a target may take to answer what costs it nothing: SETTINGS, PING. */
  Duration answerLimit() {
    return config.tlsHandshake();
  }

  long nanoTime() {
    return owner.nanoTime();
  }
}
