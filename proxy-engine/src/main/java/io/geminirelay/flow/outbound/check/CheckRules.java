package io.geminirelay.flow.outbound.check;

import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/**
 * What holds for every check.
 *
 * @param answer time for the first byte of an answer, and between any two
 * @param time the clock
 * @param alloc where buffers come from
 */
record CheckRules(Duration answer, TimeSource time, ByteBufAllocator alloc) {
  /** A list of models takes no thinking: what takes longer will not come. */
  private static final Duration MOST_ANSWER = Duration.ofSeconds(30);

  static CheckRules of(OutboundConfig config, TimeSource time) {
    Duration first = config.firstByte();
    return new CheckRules(
        first.compareTo(MOST_ANSWER) < 0 ? first : MOST_ANSWER, time, ByteBufAllocator.DEFAULT);
  }
}
