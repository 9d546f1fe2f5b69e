package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.TimeSource;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Everyone who is told of exchanges that are over; one for the whole engine, told on event loops,
 * so that each of them has to be quick, to block never and to be thread safe.
 */
public final class Telemetry implements Consumer<Settled> {
  private final Journal journal = new Journal();
  private final History history;
  private final UsageTable usage = new UsageTable();
  private final LongAdder unauthenticated = new LongAdder();

  /** Tells the access log, and remembers the traffic by {@code time}. */
  public Telemetry(TimeSource time) {
    this.history = new History(time);
  }

  @Override
  public void accept(Settled settled) {
    if (settled.ofTraffic() && settled.ofNobody()) {
      unauthenticated.increment();
    } else if (settled.ofTraffic()) {
      int refusals = settled.upstreamRefusals();
      journal.add(settled);
      history.add(settled, refusals);
      usage.add(settled, refusals);
    }
    AccessLog.write(settled);
  }

  /** The last exchanges. */
  public Journal journal() {
    return journal;
  }

  /** What the traffic of the last hour came to. */
  public History history() {
    return history;
  }

  /**
   * Exchanges since the start that were refused before it was known who sent them. They are in the
   * access log and nowhere else here.
   */
  public long unauthenticated() {
    return unauthenticated.sum();
  }

  /** What keys, models and clients came to since the start. */
  public UsageTable usage() {
    return usage;
  }
}
