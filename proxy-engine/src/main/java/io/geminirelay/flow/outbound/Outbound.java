package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.ExitWatch;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.netty.channel.EventLoop;
import java.util.function.Function;

/**
 * What all forwardings of one engine share. Immutable; its parts are thread safe or, the pools,
 * bound to their loop.
 *
 * @param keys the keys of all groups
 * @param breakers one for each target
 * @param room where exchanges wait for a key
 * @param exits notices refusals that are aimed at an exit
 * @param behavior what a rate-limit refusal means
 * @param retries decides about another attempt
 * @param budget limits what all exchanges repeat in an outage
 * @param pools finds the pools of an event loop
 * @param config limits and clocks
 * @param time the clock
 * @param edits what is changed in requests
 * @param https whether clients reach the listener over TLS
 */
public record Outbound(
    KeyRing keys,
    Breakers breakers,
    WaitingRoom room,
    ExitWatch exits,
    RateLimitBehavior behavior,
    RetryPolicy retries,
    RetryBudget budget,
    Function<EventLoop, LoopPools> pools,
    OutboundConfig config,
    TimeSource time,
    Edits edits,
    boolean https) {}
