package io.geminirelay;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.base.service.HandedSocket;
import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.settle.Settlement;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is there for as long as the engine, whatever the configuration becomes. Immutable; its parts
 * are thread safe.
 *
 * @param time the clock
 * @param startNanos when the engine was built, on the scale of its ticker
 * @param started the listener's settings, as far as only a restart changes them
 * @param handed what the service manager has opened to be listened on; null for nothing
 * @param owner the event loop that those who wait belong to
 * @param exits how exits are
 * @param tls of connections to targets
 * @param pools finds the connections of an event loop
 * @param held bytes of bodies that may wait
 * @param settlement closes exchanges
 * @param draining whether the engine is stopping
 * @param tokens compares admin tokens
 * @param store how what is kept is
 * @param load how loaded the gateway is
 * @param pages what is answered without going upstream, but for the health
 */
record EngineParts(
    TimeSource time,
    long startNanos,
    ServerConfig started,
    @Nullable HandedSocket handed,
    EventLoop owner,
    Exits exits,
    UpstreamTls tls,
    Function<EventLoop, LoopPools> pools,
    HoldBudget held,
    Settlement settlement,
    BooleanSupplier draining,
    AdminCheck tokens,
    Supplier<StoreFigure> store,
    Load load,
    Map<Route, LocalRoute> pages) {

  /** Whether other machines can connect to where the gateway listens under {@code config}. */
  boolean reachable(ServerConfig config) {
    return handed == null ? config.reachable() : handed.reachable();
  }
}
