package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.service.HandedSocket;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address that clients come to, which may become another one while the gateway runs.
 *
 * <p>The new address is bound before the old one is given up, and accepts nothing before the
 * configuration is in force that says who may call there. Thread safe; one change at a time.
 */
public final class Listeners {
  static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final Transport transport;
  private final EventLoopGroup loops;
  private final ClientConnections connections;
  private final ConnectionHandler handler;

  /** Listened on instead of any address that the configuration names. */
  private final @Nullable HandedSocket handed;

  /** What the present listener is bound by. Guarded by this, as the rest. */
  private ServerConfig config;

  private @Nullable Listener present;
  private boolean ended;

  /**
   * Listens nowhere yet.
   *
   * @param config what to start with
   * @param loops serve what is accepted
   * @param handler prepares what is accepted
   * @param handed what the service manager has opened to be listened on; null for nothing
   */
  public Listeners(
      ServerConfig config,
      Transport transport,
      EventLoopGroup loops,
      ClientConnections connections,
      ConnectionHandler handler,
      @Nullable HandedSocket handed) {
    this.config = config;
    this.transport = transport;
    this.loops = loops;
    this.connections = connections;
    this.handler = handler;
    this.handed = handed;
  }

  /** Starts to listen; completes with the bound address, or fails if it cannot be bound. */
  public CompletionStage<InetSocketAddress> start() {
    ServerConfig first;
    synchronized (this) {
      if (ended) {
        return CompletableFuture.failedStage(new BindException("stopped before it listened"));
      }
      first = config;
    }
    return (handed == null ? Listener.bind(first, transport, loops, handler) : taken(first, handed))
        .thenApply(
            bound -> {
              begin(bound);
              return bound.address();
            });
  }

  private CompletionStage<Listener> taken(ServerConfig first, HandedSocket socket) {
    LOG.info(
        "listening on the socket that was handed over, not on {}:{} of the configuration",
        first.host(),
        first.port());
    return Listener.take(socket, transport, loops, handler)
        .thenApply(
            taken -> {
              taken.accept();
              return taken;
            });
  }

  private synchronized void begin(Listener bound) {
    present = bound;
    if (ended) {
      var unused = bound.stopAccepting();
    }
  }

  /** The port that is bound; 0 before one is. */
  public synchronized int port() {
    return present == null ? 0 : present.address().getPort();
  }

  /** The present listener, if {@code next} wants another address; else null. */
  private synchronized @Nullable Listener toLeave(ServerConfig next) {
    boolean same =
        next.host().equals(config.host())
            && (next.port() == config.port() || next.port() == port());
    return same || ended || handed != null ? null : present;
  }

  private static boolean samePort(Listener old, ServerConfig next) {
    return old.address().getPort() == next.port();
  }

  private static BindException cannot(ServerConfig next, Throwable cause) {
    String address = next.host() + ":" + next.port();
    BindException told =
        new BindException("cannot listen on " + address + ": " + cause.getMessage());
    told.initCause(cause);
    return told;
  }

  /**
   * Binds the address of {@code next}, if it is another one. Blocking; not for an event loop.
   *
   * @throws BindException if it cannot be bound; then all stays as it is
   */
  public Change prepare(ServerConfig next) throws BindException {
    Listener old = toLeave(next);
    if (old == null) {
      return new Change(next, null, null);
    }
    boolean samePort = samePort(old, next);
    old.sharePort(samePort);
    try {
      Listener bound =
          Listener.bindOnly(next, transport, loops, handler, samePort).toCompletableFuture().join();
      bound.sharePort(false);
      return new Change(next, old, bound);
    } catch (CompletionException e) {
      throw cannot(next, e.getCause() == null ? e : e.getCause());
    } finally {
      old.sharePort(false);
    }
  }

  /** What is ready to take over. Either method is to be called, once. */
  public final class Change {
    private final ServerConfig next;
    private final @Nullable Listener old;
    private final @Nullable Listener bound;

    private Change(ServerConfig next, @Nullable Listener old, @Nullable Listener bound) {
      this.next = next;
      this.old = old;
      this.bound = bound;
    }

    /** Leaves all as it was. */
    public void abandon() {
      if (bound != null) {
        var unused = bound.stopAccepting();
      }
    }

    /**
     * Goes on by the new settings: new connections follow them; those at the address that is left
     * end as in a drain.
     */
    public void carryOut() {
      handler.follow(next);
      connections.allow(next.maxConnections());
      synchronized (Listeners.this) {
        config = next;
        if (ended || bound == null || old == null) {
          abandon();
          return;
        }
        present = bound;
      }
      bound.accept();
      LOG.info("listening on {} now, no longer on {}", bound.address(), old.address());
      var unused =
          old.stopWhenQuiet().thenRun(() -> connections.retire(old.channel(), next.drain()));
    }
  }

  /**
   * Stops to accept, for good, and ends all connections as {@link ClientConnections#drain}. Who has
   * connected until then is accepted.
   *
   * @return completes when none is left; true when none had to be forced
   */
  public CompletionStage<Boolean> drain() {
    Listener last;
    ServerConfig now;
    synchronized (this) {
      ended = true;
      last = present;
      now = config;
    }
    CompletionStage<?> closed = last == null ? CompletableFuture.completedStage(null) : last.stop();
    return connections.drain(closed.thenCompose(done -> entered()), now.drain(), loops.next());
  }

  /** Completes when what was accepted last is known to {@link ClientConnections}, too. */
  private CompletionStage<Void> entered() {
    List<CompletableFuture<Void>> turns = new ArrayList<>();
    for (EventExecutor loop : loops) {
      turns.add(CompletableFuture.runAsync(() -> {}, loop));
    }
    return CompletableFuture.allOf(turns.toArray(CompletableFuture[]::new));
  }
}
