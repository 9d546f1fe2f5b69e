package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GuardConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.flow.guard.AddressLimits;
import io.geminirelay.flow.guard.ClientHolds;
import io.geminirelay.flow.guard.ClientLimits;
import io.geminirelay.flow.guard.TokenLimit;
import org.jspecify.annotations.Nullable;

/**
 * How much may be asked: what the guards of all pipelines share. Immutable; its parts are thread
 * safe.
 *
 * @param addresses what an address may ask; null for no limit
 * @param clients what clients may ask
 * @param tokens bound of a request
 * @param load how loaded the gateway is
 * @param holds what clients have open
 */
public record Guards(
    @Nullable AddressLimits addresses,
    ClientLimits clients,
    TokenLimit tokens,
    Load load,
    ClientHolds holds) {

  /** Guards without a past. */
  public static Guards of(EngineConfig config, TokenLimit tokens, Load load, TimeSource time) {
    GuardConfig guard = config.guard();
    return new Guards(
        addresses(guard, time),
        ClientLimits.of(config.clients(), time),
        tokens,
        load,
        ClientHolds.of(config.clients()));
  }

  /** The guards of a new configuration; what has the same limits as before goes on counting. */
  Guards successor(
      EngineConfig before, EngineConfig config, TokenLimit newTokens, TimeSource time) {
    GuardConfig guard = config.guard();
    boolean same =
        guard.requestsPerMinute() == before.guard().requestsPerMinute()
            && guard.burst() == before.guard().burst();
    return new Guards(
        same ? addresses : addresses(guard, time),
        clients.successor(config.clients(), time),
        newTokens,
        load,
        holds.successor(config.clients()));
  }

  private static @Nullable AddressLimits addresses(GuardConfig guard, TimeSource time) {
    return guard.requestsPerMinute() == 0
        ? null
        : new AddressLimits(guard.requestsPerMinute(), guard.burst(), time);
  }
}
