package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.netty.channel.EventLoop;
import java.util.function.Function;

/**
 * What all forwardings of one engine share. Immutable; its parts are thread safe or, the pools, bound
 * to their loop.
 *
 * @param keys the keys of all groups
 * @param breakers one for each target
 * @param retries decides about another attempt
 * @param pools finds the pools of an event loop
 * @param config limits and clocks
 * @param time the clock
 * @param https whether clients reach the listener over TLS
 */
public record Outbound(
    KeyRing keys,
    Breakers breakers,
    RetryPolicy retries,
    Function<EventLoop, LoopPools> pools,
    OutboundConfig config,
    TimeSource time,
    boolean https) {}
