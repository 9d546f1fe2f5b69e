package io.geminirelay;

import io.geminirelay.base.config.CorsRules;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.flow.accept.Callers;
import io.geminirelay.flow.accept.ExchangeHandler;
import io.geminirelay.flow.classify.ClassifyHandler;
import io.geminirelay.flow.classify.RouteTable;
import io.geminirelay.flow.guard.AddressLimitHandler;
import io.geminirelay.flow.guard.AdminPass;
import io.geminirelay.flow.guard.AuthHandler;
import io.geminirelay.flow.guard.BodyHandler;
import io.geminirelay.flow.guard.BrowserHandler;
import io.geminirelay.flow.guard.ClientLimitHandler;
import io.geminirelay.flow.guard.ClientLimits;
import io.geminirelay.flow.guard.ClientPasses;
import io.geminirelay.flow.guard.CorsPolicy;
import io.geminirelay.flow.guard.ShedHandler;
import io.geminirelay.flow.guard.TokenGuardHandler;
import io.geminirelay.flow.guard.TokenLimit;
import io.geminirelay.flow.interpret.DialectFactory;
import io.geminirelay.flow.interpret.InterpretHandler;
import io.geminirelay.flow.outbound.ForwardHandler;
import io.geminirelay.flow.outbound.Outbound;
import io.geminirelay.flow.settle.Settlement;
import io.geminirelay.side.local.LocalHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.cors.CorsConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ordered list of request stages: the same for an HTTP/1.1 connection, where the handlers serve
 * one request after another, and for an HTTP/2 stream.
 */
public final class RequestPipeline implements Consumer<ChannelPipeline> {
  private final long maxBodyBytes;
  private final TokenLimit tokens;
  private final Callers callers;
  private final @Nullable AddressLimitHandler addresses;
  private final Load load;
  private final ShedHandler shed;
  private final ClientLimits limits;
  private final AuthHandler auth;
  private final @Nullable List<CorsConfig> cors;
  private final ClassifyHandler classify = new ClassifyHandler();
  private final LocalHandler local;
  private final DialectFactory dialects;
  private final Outbound outbound;
  private final Settlement settlement;
  private final TimeSource time;

  /**
   * Stages for {@code config}, forwarding with {@code outbound}.
   *
   * @param auth knows who may call, see {@link #auth}
   * @param pages what is answered without going upstream
   * @param guards how much may be asked
   */
  public RequestPipeline(
      EngineConfig config,
      AuthHandler auth,
      Map<Route, LocalRoute> pages,
      Guards guards,
      Outbound outbound,
      Settlement settlement) {
    CorsRules rules = config.guard().cors();
    this.cors = rules.enabled() ? List.of(CorsPolicy.of(rules)) : null;
    this.tokens = guards.tokens();
    this.maxBodyBytes = config.server().limits().maxBodyBytes();
    this.auth = auth;
    this.time = outbound.time();
    this.callers = new Callers(config.server());
    this.addresses =
        guards.addresses() == null
            ? null
            : new AddressLimitHandler(guards.addresses(), RouteTable::routeOf);
    this.load = guards.load();
    this.shed =
        new ShedHandler(
            load, guards.holds(), config.server().overload().maxRequests(), settlement::inFlight);
    this.limits = guards.clients();
    this.local = new LocalHandler(pages, settlement::local);
    this.dialects = new DialectFactory(config.dialects(), time);
    this.outbound = outbound;
    this.settlement = settlement;
  }

  /**
   * Who may call by {@code config}.
   *
   * @param reachable whether other machines can reach the address that is bound, which need not be
   *     the one of {@code config}
   * @param admin compares admin tokens
   */
  public static AuthHandler auth(EngineConfig config, boolean reachable, AdminCheck admin) {
    return new AuthHandler(
        new ClientPasses(
            config.clients(), config.openToAll(), reachable, config.dialects().generatePassword()),
        AdminPass.of(config, admin),
        Set.copyOf(config.guard().cors().origins()));
  }

  @Override
  public void accept(ChannelPipeline pipeline) {
    add(
        pipeline,
        Stage.EXCHANGE,
        new ExchangeHandler(settlement, time, RouteTable::routeOf, callers, load));
    if (cors != null) {
      add(pipeline, Stage.CORS, new BrowserHandler(cors, RouteTable::routeOf));
    }
    if (addresses != null) {
      add(pipeline, Stage.ADDRESS, addresses);
    }
    add(pipeline, Stage.CLASSIFY, classify);
    add(pipeline, Stage.AUTH, auth);
    add(pipeline, Stage.LOCAL, local);
    add(pipeline, Stage.LOAD, shed);
    if (!limits.isEmpty()) {
      add(pipeline, Stage.LIMITS, new ClientLimitHandler(limits));
    }
    add(pipeline, Stage.BODY, new BodyHandler(maxBodyBytes));
    add(pipeline, Stage.INTERPRET, new InterpretHandler(dialects));
    if (tokens.tokens() > 0) {
      add(pipeline, Stage.TOKENS, new TokenGuardHandler(tokens));
    }
    add(pipeline, Stage.FORWARD, new ForwardHandler(outbound));
  }

  private static void add(ChannelPipeline pipeline, Stage stage, ChannelHandler handler) {
    pipeline.addLast(stage.name(), handler);
  }
}
