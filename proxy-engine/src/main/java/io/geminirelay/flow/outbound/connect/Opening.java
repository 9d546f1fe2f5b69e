package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection on its way, stage by stage: name, TCP, egress hop, TLS. Whatever stage fails, or
 * runs out of time, names the fault; the listener hears exactly once. Lives on one event loop;
 * sharable because it follows from one address of the hop to the next, one channel at a time. An
 * address that does not answer is left for the next after its share of the time.
 */
@Sharable
final class Opening extends ChannelInboundHandlerAdapter {
  private static final long MIN_SHARE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum Stage {
    RESOLVING,
    CONNECTING,
    HOPPING,
    SECURING,
    DONE
  }

  private final Connector connector;
  private final EventLoop loop;
  private final Destination destination;
  private final TargetConfig target;
  private final @Nullable EgressConfig egress;
  private final ConnectListener listener;
  private Stage stage = Stage.RESOLVING;
  private @Nullable Channel channel;
  private @Nullable Future<?> clock;
  private long deadlineNanos;

  Opening(Connector connector, EventLoop loop, Destination destination, ConnectListener listener) {
    this.connector = connector;
    this.loop = loop;
    this.destination = destination;
    this.target = destination.target();
    this.egress = destination.egress();
    this.listener = listener;
  }

  void start() {
    startClock(connector.config().connect());
    String host = egress == null ? target.host() : egress.host();
    int port = egress == null ? target.port() : egress.port();
    Future<List<InetSocketAddress>> lookup = connector.addresses().resolve(loop, host, port);
    if (lookup.isDone()) {
      resolved(lookup);
    } else {
      lookup.addListener(
          done -> {
            if (stage == Stage.RESOLVING) {
              resolved(lookup);
            }
          });
    }
  }

  private void startClock(Duration limit) {
    stopClock();
    deadlineNanos = loop.ticker().nanoTime() + limit.toNanos();
    clock = loop.schedule(this::timedOut, limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void stopClock() {
    if (clock != null) {
      clock.cancel(false);
    }
  }

  private void timedOut() {
    switch (stage) {
      case RESOLVING -> fail(egressOr(FaultKind.DNS), nameOf() + " did not resolve in time", null);
      case CONNECTING ->
          fail(egressOr(FaultKind.CONNECT), nameOf() + " did not accept in time", null);
      case HOPPING ->
          fail(FaultKind.EGRESS_REFUSED, nameOf() + " did not open the way in time", null);
      case SECURING -> fail(FaultKind.TLS, "no TLS with " + target.authority() + " in time", null);
      case DONE -> {}
    }
  }

  private FaultKind egressOr(FaultKind direct) {
    return egress == null ? direct : FaultKind.EGRESS_CONNECT;
  }

  /** The hop that is being reached. */
  private String nameOf() {
    return egress == null ? target.authority() : "the egress proxy " + egress;
  }

  private void resolved(Future<List<InetSocketAddress>> lookup) {
    if (lookup.isSuccess() && !lookup.getNow().isEmpty()) {
      stage = Stage.CONNECTING;
      connect(lookup.getNow(), 0);
    } else {
      fail(egressOr(FaultKind.DNS), nameOf() + " does not resolve", lookup.cause());
    }
  }

  private void connect(List<InetSocketAddress> hops, int index) {
    InetSocketAddress hop = hops.get(index);
    ProxyHandler proxy = egress == null ? null : EgressHop.handler(egress, hop);
    ChannelFuture connecting =
        connector
            .bootstrap(loop, new HopInstaller(proxy))
            .connect(proxy == null ? hop : Connector.unresolved(target.host(), target.port()));
    channel = connecting.channel();
    limitToShare(connecting, hops.size() - index);
    connecting.addListener(
        done -> {
          Runnable next = () -> tried(connecting, proxy, hops, index);
          // A socket that could not even be made belongs to no event loop: others tell of it.
          if (loop.inEventLoop()) {
            next.run();
          } else {
            loop.execute(next);
          }
        });
  }

  private void tried(
      ChannelFuture tried, @Nullable ProxyHandler proxy, List<InetSocketAddress> hops, int index) {
    if (stage != Stage.CONNECTING) {
      close(tried.channel());
    } else if (tried.isSuccess()) {
      connected(tried.channel(), proxy);
    } else if (index + 1 < hops.size() && !Shortage.isBehind(tried.cause())) {
      connect(hops, index + 1);
    } else {
      fail(egressOr(FaultKind.CONNECT), nameOf() + " cannot be reached", tried.cause());
    }
  }

  /** What belongs to no event loop was never opened, and cannot be closed. */
  private static void close(Channel channel) {
    if (channel.isRegistered()) {
      channel.close();
    }
  }

  /** Closes what has not connected in its share of the time; the last address has all of it. */
  private void limitToShare(ChannelFuture connecting, int addressesLeft) {
    if (addressesLeft == 1 || connecting.isDone()) {
      return;
    }
    long left = deadlineNanos - loop.ticker().nanoTime();
    long share = Math.max(MIN_SHARE_NANOS, left / addressesLeft);
    Future<?> end = loop.schedule(() -> connecting.channel().close(), share, TimeUnit.NANOSECONDS);
    connecting.addListener(done -> end.cancel(false));
  }

  /** Puts the proxy's handlers in before connecting, since they redirect the connect call. */
  private final class HopInstaller extends ChannelInboundHandlerAdapter {
    private final @Nullable ProxyHandler proxy;

    HopInstaller(@Nullable ProxyHandler proxy) {
      this.proxy = proxy;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      if (proxy != null && egress != null) {
        if (egress.kind() == EgressConfig.Kind.HTTPS) {
          SslContext context = connector.tls().forProxy(target.caFile());
          SslHandler ssl =
              connector.tls().handler(context, ctx.channel(), egress.host(), egress.port(), egress);
          ssl.setHandshakeTimeoutMillis(0);
          ssl.handshakeFuture().addListener(done -> proxySecured(ctx.channel(), done.cause()));
          ctx.pipeline().addLast(ssl);
        }
        ctx.pipeline().addLast(proxy);
      }
      ctx.pipeline().addLast(Opening.this).remove(this);
    }
  }

  private void proxySecured(Channel over, @Nullable Throwable problem) {
    // The channel to an address that was left for the next one ends its handshake, too.
    if (problem != null && over == channel && stage != Stage.DONE) {
      fail(FaultKind.EGRESS_CONNECT, "no TLS with " + nameOf(), problem);
    }
  }

  private void connected(Channel open, @Nullable ProxyHandler proxy) {
    if (proxy == null) {
      secure(open);
      return;
    }
    stage = Stage.HOPPING;
    proxy
        .connectFuture()
        .addListener(
            done -> {
              if (stage != Stage.HOPPING) {
                return;
              }
              if (done.isSuccess()) {
                open.pipeline().remove(proxy);
                secure(open);
              } else {
                end(EgressHop.refusal(Objects.requireNonNull(egress), done.cause()));
              }
            });
  }

  private void secure(Channel open) {
    if (!target.tls()) {
      hand(open, target.protocol() == UpstreamProtocol.HTTP_2);
      return;
    }
    stage = Stage.SECURING;
    startClock(connector.config().tlsHandshake());
    SslContext context = connector.tls().forTarget(target.caFile(), target.protocol());
    SslHandler ssl = connector.tls().handler(context, open, target.host(), target.port(), egress);
    ssl.setHandshakeTimeoutMillis(0);
    open.pipeline().addBefore(open.pipeline().context(this).name(), null, ssl);
    ssl.handshakeFuture().addListener(done -> secured(open, ssl, done.cause()));
  }

  private void secured(Channel open, SslHandler ssl, @Nullable Throwable problem) {
    if (stage != Stage.SECURING) {
      return;
    }
    boolean http2 = ApplicationProtocolNames.HTTP_2.equals(ssl.applicationProtocol());
    if (problem != null) {
      fail(FaultKind.TLS, "no TLS with " + target.authority(), problem);
    } else if (!http2 && target.protocol() == UpstreamProtocol.HTTP_2) {
      fail(FaultKind.TLS, target.authority() + " does not offer HTTP/2", null);
    } else {
      hand(open, http2);
    }
  }

  private void hand(Channel open, boolean http2) {
    stage = Stage.DONE;
    stopClock();
    open.config().setAutoRead(false);
    open.pipeline().remove(this);
    listener.connected(open, http2);
  }

  private void fail(FaultKind kind, String detail, @Nullable Throwable cause) {
    if (Shortage.isBehind(cause)) {
      // Neither key, target nor exit is to blame, so no other one would do better.
      String full = "The gateway has no file descriptor left for a connection; try again soon.";
      end(new Fault(FaultKind.OVERLOADED, full, 1, cause));
      return;
    }
    String why = cause == null ? "" : ": " + rootMessage(cause);
    end(new Fault(kind, detail + why, -1, cause));
  }

  private static String rootMessage(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private void end(Fault fault) {
    if (stage == Stage.DONE) {
      return;
    }
    stage = Stage.DONE;
    stopClock();
    if (channel != null) {
      close(channel);
    }
    listener.failed(fault);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // A target that speaks first, before anything was asked, is not an HTTP server.
    ReferenceCountUtil.release(message);
    fail(egressOr(FaultKind.CONNECT), nameOf() + " sent bytes unasked", null);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (stage == Stage.SECURING) {
      fail(FaultKind.TLS, target.authority() + " closed during the TLS handshake", null);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The stage's own future has the same cause and more to say; this only stops the noise.
    if (stage == Stage.DONE) {
      ctx.close();
    }
  }

  @Override
  public String toString() {
    return "opening " + destination;
  }
}
