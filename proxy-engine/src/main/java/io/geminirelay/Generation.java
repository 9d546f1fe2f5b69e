package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.guard.TokenLimit;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.outbound.Edits;
import io.geminirelay.flow.outbound.Outbound;
import io.geminirelay.flow.outbound.RetryBudget;
import io.geminirelay.flow.outbound.RetryPolicy;
import io.geminirelay.flow.outbound.WaitingRoom;
import io.geminirelay.flow.outbound.check.KeyCheck;
import io.geminirelay.flow.outbound.check.KeyRound;
import io.geminirelay.side.health.Crowd;
import io.geminirelay.side.health.HealthPages;
import io.geminirelay.side.health.Vitals;
import io.netty.channel.EventLoop;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one configuration makes. The next one makes another generation, which takes over
 * what has to last: states of keys, breakers and accounts. An exchange stays with the generation it
 * began with. Immutable; its parts are thread safe.
 *
 * @param config the configuration
 * @param counters what tokens are counted with
 * @param guards how much may be asked
 * @param outbound what forwarding needs
 * @param check asks Google whether it accepts a key
 * @param crowd who asks for keys
 * @param vitals how the gateway is
 * @param stages the request stages
 */
record Generation(
    EngineConfig config,
    Counters counters,
    Guards guards,
    Outbound outbound,
    KeyCheck check,
    Crowd crowd,
    Vitals vitals,
    RequestPipeline stages) {

  /**
   * The generation of {@code config}.
   *
   * @param counters what was read for it
   * @param parts what is there for as long as the engine
   * @param before the generation that it follows; null for the first
   */
  static Generation of(
      EngineConfig config, Counters counters, EngineParts parts, @Nullable Generation before) {
    TimeSource time = parts.time();
    TokenLimit tokens =
        TokenLimit.of(
            config.guard().maxTokensPerRequest(),
            counters.supplier(),
            parts.held(),
            config.groups());
    Guards guards =
        before == null
            ? Guards.of(config, tokens, parts.load(), time)
            : before.guards().successor(before.config(), config, tokens, time);
    Outbound outbound = outbound(config, parts, before);
    Crowd crowd = EngineVitals.crowd(outbound.room(), guards.clients());
    Vitals vitals =
        new EngineVitals(config, outbound.keys(), outbound.breakers(), parts.exits(), crowd, time)
            .vitals(parts);
    Map<Route, LocalRoute> pages = new EnumMap<>(Route.class);
    pages.putAll(parts.pages());
    KeyCheck check = check(config, parts, outbound);
    KeyRound round = new KeyRound(check, allOf(outbound.keys()), time);
    HealthPages health = new HealthPages(vitals, round::results, time);
    pages.put(Route.HEALTH, health);
    pages.put(Route.HEALTH_DETAILED, health);
    RequestPipeline stages =
        new RequestPipeline(
            config.with(config.server().keeping(parts.started())),
            RequestPipeline.auth(config, parts.reachable(config.server()), parts.tokens()),
            pages,
            guards,
            outbound,
            parts.settlement());
    return new Generation(config, counters, guards, outbound, check, crowd, vitals, stages);
  }

  private static Outbound outbound(
      EngineConfig config, EngineParts parts, @Nullable Generation before) {
    TimeSource time = parts.time();
    Outbound old = before == null ? null : before.outbound();
    KeyRing keys =
        old == null
            ? KeyRing.of(config.groups(), config.keys(), time, new Random())
            : old.keys().successor(config.groups(), config.keys());
    boolean sameBreakers = before != null && before.config().breaker().equals(config.breaker());
    Breakers breakers =
        old != null && sameBreakers ? old.breakers() : new Breakers(config.breaker(), time);
    breakers.knowing(config.groups().stream().map(GroupConfig::target).distinct().toList());
    boolean sameRetries = before != null && before.config().outbound().equals(config.outbound());
    RetryBudget budget =
        old != null && sameRetries ? old.budget() : new RetryBudget(config.outbound(), time);
    return new Outbound(
        keys,
        breakers,
        old == null
            ? new WaitingRoom(config.keys(), keys, breakers, time, parts.owner())
            : old.room().successor(config.keys(), keys, breakers),
        parts.exits(),
        config.keys().behavior(),
        new RetryPolicy(config.outbound(), budget, new Random()),
        budget,
        parts.pools(),
        config.outbound(),
        time,
        Edits.of(config.groups(), config.guard(), parts.held()));
  }

  private static KeyCheck check(EngineConfig config, EngineParts parts, Outbound outbound) {
    EventLoop loop = parts.owner();
    return new KeyCheck(
        loop,
        parts.pools().apply(loop),
        new KeyCheck.Learners(outbound.keys(), outbound.breakers(), outbound.exits()),
        config.outbound(),
        parts.time());
  }

  private static List<ApiKey> allOf(KeyRing keys) {
    return keys.groups().stream().flatMap(group -> group.keys().stream()).toList();
  }

  /** Newcomers go elsewhere from now on. */
  void retire() {
    outbound.room().retire();
  }
}
