package io.geminirelay.flow.settle;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.telemetry.AccessLog;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes exchanges: every one passes here exactly once, as its last step, and gets its line in the
 * {@link AccessLog}.
 *
 * <p>Thread safe; one for the whole engine.
 */
public final class Settlement {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  private final TimeSource time;
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();

  /** Measures durations by {@code time}. */
  public Settlement(TimeSource time) {
    this.time = time;
  }

  /** Counts a new exchange. */
  public void open() {
    opened.increment();
  }

  /** Exchanges opened and not yet closed. */
  public long inFlight() {
    // The closed ones first: read the other way round, a close in between could go negative.
    long ended = closed.sum();
    return opened.sum() - ended;
  }

  /** Ends {@code exchange}; the caller makes sure that it is the only one. */
  public void close(Exchange exchange, Outcome outcome, int status) {
    closed.increment();
    exchange.closed();
    Fault fault = exchange.fault();
    if (fault != null && fault.kind() == FaultKind.INTERNAL) {
      LOG.error("request {} failed: {}", exchange.id(), fault.detail(), fault.cause());
    }
    AccessLog.write(exchange, outcome, status, time.nanoTime());
  }
}
