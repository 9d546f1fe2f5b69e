package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.tokens.TextCounter;
import io.geminirelay.flow.accept.ExchangeHandler;
import io.geminirelay.flow.classify.ClassifyHandler;
import io.geminirelay.flow.classify.RouteTable;
import io.geminirelay.flow.guard.AuthHandler;
import io.geminirelay.flow.guard.BodyHandler;
import io.geminirelay.flow.guard.ClientPasses;
import io.geminirelay.flow.guard.TokenGuardHandler;
import io.geminirelay.flow.outbound.ForwardHandler;
import io.geminirelay.flow.outbound.Outbound;
import io.geminirelay.flow.settle.Settlement;
import io.geminirelay.side.health.HealthHandler;
import io.geminirelay.side.health.Vitals;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The ordered list of request stages: the same for an HTTP/1.1 connection, where the handlers serve
 * one request after another, and for an HTTP/2 stream.
 */
public final class RequestPipeline implements Consumer<ChannelPipeline> {
  private final long maxBodyBytes;
  private final long maxTokens;
  private final Supplier<TextCounter> counters;
  private final AuthHandler auth;
  private final ClassifyHandler classify = new ClassifyHandler();
  private final HealthHandler health;
  private final Outbound outbound;
  private final Settlement settlement;
  private final TimeSource time;

  /**
   * Stages for {@code config}, forwarding with {@code outbound}.
   *
   * @param counters makes a counter of tokens for the calling event loop
   */
  public RequestPipeline(
      EngineConfig config,
      Vitals vitals,
      Supplier<TextCounter> counters,
      Outbound outbound,
      Settlement settlement) {
    this.maxTokens = config.guard().maxTokensPerRequest();
    this.counters = counters;
    this.maxBodyBytes = config.server().limits().maxBodyBytes();
    this.auth =
        new AuthHandler(
            new ClientPasses(config.clients(), config.openToAll()), config.server().adminToken());
    this.time = outbound.time();
    this.health = new HealthHandler(vitals, time);
    this.outbound = outbound;
    this.settlement = settlement;
  }

  @Override
  public void accept(ChannelPipeline pipeline) {
    add(pipeline, Stage.EXCHANGE, new ExchangeHandler(settlement, time, RouteTable::routeOf));
    add(pipeline, Stage.CLASSIFY, classify);
    add(pipeline, Stage.AUTH, auth);
    add(pipeline, Stage.LOCAL, health);
    add(pipeline, Stage.BODY, new BodyHandler(maxBodyBytes));
    if (maxTokens > 0) {
      add(pipeline, Stage.TOKENS, new TokenGuardHandler(maxTokens, counters));
    }
    add(pipeline, Stage.FORWARD, new ForwardHandler(outbound));
  }

  private static void add(ChannelPipeline pipeline, Stage stage, ChannelHandler handler) {
    pipeline.addLast(stage.name(), handler);
  }
}
