package io.geminirelay.bench.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures memory of the gateways while they are under load, in a thread of its own. */
final class MemoryWatch {
  /** How much a trend may be: a share of the level, and some MB for what collections leave. */
  private static final double SHARE = 0.15;

  private static final double HEAP_BYTES = 8e6;
  private static final double DIRECT_BYTES = 16e6;
  private static final double RESIDENT_BYTES = 48e6;
  private static final int SAMPLES = 16;
  private static final long LEAST_PAUSE_MILLIS = 1_000;

  private final List<GatewayUnderSoak> gateways;
  private final long pauseMillis;
  private final List<Samples> heap = new ArrayList<>();
  private final List<Samples> direct = new ArrayList<>();
  private final List<Samples> resident = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private final Thread thread = new Thread(this::watch, "soak-memory");

  MemoryWatch(List<GatewayUnderSoak> gateways, long millis) {
    this.gateways = gateways;
    this.pauseMillis = Math.max(LEAST_PAUSE_MILLIS, millis / SAMPLES);
    for (int i = 0; i < gateways.size(); i++) {
      heap.add(new Samples());
      direct.add(new Samples());
      resident.add(new Samples());
    }
  }

  void start() {
    thread.start();
  }

  private void watch() {
    long start = System.nanoTime();
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
        for (int i = 0; i < gateways.size(); i++) {
          double seconds = (System.nanoTime() - start) / 1e9;
          GatewayUnderSoak gateway = gateways.get(i);
          heap.get(i).add(seconds, (double) gateway.heapBytes());
          double bytes = gateway.scrape().sum("gemini_relay_direct_memory_bytes");
          direct.get(i).add(seconds, bytes);
          resident.get(i).add(seconds, (double) gateway.residentBytes());
        }
      }
    } catch (InterruptedException e) {
      // The load is over.
      return;
    } catch (IOException | RuntimeException e) {
      troubles.add(String.valueOf(e));
    }
  }

  /** Tells what was measured of gateway {@code number}. */
  void check(Findings findings, int number) {
    findings.none("gateway " + number + ": memory was measured", "", troubles);
    flat(findings, number, "heap after a collection", heap.get(number), HEAP_BYTES);
    flat(findings, number, "direct memory", direct.get(number), DIRECT_BYTES);
    flat(findings, number, "resident memory", resident.get(number), RESIDENT_BYTES);
  }

  private static void flat(
      Findings findings, int number, String what, Samples samples, double bytes) {
    findings.check(
        "gateway " + number + ": " + what + " is flat",
        samples.isFlat(SHARE, bytes),
        samples.inMb()
            + ", allowed "
            + Math.round(SHARE * 100)
            + " % and "
            + Math.round(bytes / 1e6)
            + " MB",
        List.of("take a histogram (jcmd PID GC.class_histogram) early and late in a longer run"));
  }

  /** Measures no more. */
  void end() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
