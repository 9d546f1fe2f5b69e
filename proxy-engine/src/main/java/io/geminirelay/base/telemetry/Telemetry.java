package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.TimeSource;
import java.util.function.Consumer;

/**
 * Everyone who is told of exchanges that are over; one for the whole engine, told on event loops,
 * so that each of them has to be quick, to block never and to be thread safe.
 */
public final class Telemetry implements Consumer<Settled> {
  private final Journal journal = new Journal();
  private final History history;
  private final UsageTable usage = new UsageTable();

  /** Tells the access log, and remembers the traffic by {@code time}. */
  public Telemetry(TimeSource time) {
    this.history = new History(time);
  }

  @Override
  public void accept(Settled settled) {
    if (settled.ofTraffic()) {
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

  /** What keys, models and clients came to since the start. */
  public UsageTable usage() {
    return usage;
  }
}
