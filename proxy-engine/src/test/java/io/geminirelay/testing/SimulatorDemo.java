package io.geminirelay.testing;

import io.geminirelay.DemoUpstream;
import java.util.List;

/** The demo's Google: see {@link GeminiSimulator#demo()}. */
public final class SimulatorDemo implements DemoUpstream {
  private final GeminiSimulator simulator = GeminiSimulator.demo();

  @Override
  public String start() {
    return simulator.baseUrl();
  }

  @Override
  public List<String> keys() {
    return simulator.keys();
  }

  @Override
  public void close() {
    simulator.close();
  }
}
