package io.geminirelay.base.telemetry;

import java.util.function.Consumer;

/**
 * Everyone who is told of exchanges that are over; one for the whole engine, told on event loops,
 * so that each of them has to be quick, to block never and to be thread safe.
 */
public final class Telemetry implements Consumer<Settled> {

  /** Tells the access log. */
  public Telemetry() {}

  @Override
  public void accept(Settled settled) {
    AccessLog.write(settled);
  }
}
