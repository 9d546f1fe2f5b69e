package io.geminirelay.base.telemetry;

import java.util.List;
import java.util.function.Consumer;

/**
 * Everyone who is told of exchanges that are over; one for the whole engine, told on event loops,
 * so that each of them has to be quick, to block never and to be thread safe.
 */
public final class Telemetry implements Consumer<Settled> {

  private final List<Consumer<Settled>> others;

  /** Tells the access log and {@code others}. */
  public Telemetry(List<Consumer<Settled>> others) {
    this.others = List.copyOf(others);
  }

  @Override
  public void accept(Settled settled) {
    AccessLog.write(settled);
    for (int i = 0; i < others.size(); i++) {
      others.get(i).accept(settled);
    }
  }
}
