package io.geminirelay.flow.settle;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.base.telemetry.Settled;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes exchanges: every one passes here exactly once, as its last step, and what is to be told of
 * it goes to the telemetry.
 *
 * <p>Thread safe; one for the whole engine.
 */
public final class Settlement {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  private final TimeSource time;
  private final Consumer<Settled> telemetry;
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();

  /** Measures durations by {@code time}, and tells {@code telemetry} on the exchange's own loop. */
  public Settlement(TimeSource time, Consumer<Settled> telemetry) {
    this.time = time;
    this.telemetry = telemetry;
  }

  /** Counts a new exchange. */
  public void open() {
    opened.increment();
  }

  /** Leaves {@code exchange} out of those in flight: the gateway answers it by itself. */
  public void local(Exchange exchange) {
    exchange.answerLocally();
    closed.increment();
  }

  /** Exchanges opened and not yet closed, but for those that the gateway answers by itself. */
  public long inFlight() {
    // The closed ones first: read the other way round, a close in between could go negative.
    long ended = closed.sum();
    return opened.sum() - ended;
  }

  /** Ends {@code exchange}; the caller makes sure that it is the only one. */
  public void close(Exchange exchange, Outcome outcome, int status) {
    if (!exchange.local()) {
      closed.increment();
    }
    exchange.closed();
    Fault fault = exchange.fault();
    if (fault != null && fault.kind() == FaultKind.INTERNAL) {
      LOG.error("request {} failed: {}", exchange.id(), fault.detail(), fault.cause());
    }
    telemetry.accept(settled(exchange, outcome, status));
  }

  private Settled settled(Exchange exchange, Outcome outcome, int status) {
    ClientConfig client = exchange.client();
    Fault fault = exchange.fault();
    StreamScanner answer = exchange.answer();
    return new Settled(
        exchange.id(),
        exchange.traceId(),
        client == null ? "" : client.name(),
        exchange.route(),
        exchange.model(),
        status,
        outcome,
        fault == null ? null : fault.kind(),
        exchange.attempts(),
        exchange.trail(),
        new Settled.Times(
            exchange.startNanos(),
            time.nanoTime(),
            exchange.answerNanos(),
            time.instant().toEpochMilli()),
        answer == null ? null : answer.usage());
  }
}
