package io.geminirelay.bench.jmh;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.Recording;

/**
 * Prints where the relay in memory allocates, by class and stack, in bytes for each request or
 * event.
 *
 * <p>Arguments: {@code unary} or {@code stream}, then {@code bare} or {@code everything}. Run with
 * small buffers of fixed size for the threads' allocations, so that a sample is taken every 2 KB.
 */
public final class AllocationsMain {
  private static final int WARM_UP = 60_000;
  private static final int MEASURED = 20_000;
  private static final int BATCH = 1_000;
  private static final int EVENTS = 50;
  private static final int SHOWN = 60;

  private AllocationsMain() {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    boolean stream = List.of(args).contains("stream");
    Equipment equipment = List.of(args).contains("bare") ? Equipment.BARE : Equipment.EVERYTHING;
    Path file = Files.createTempFile("allocations", ".jfr");
    NullLog log = new NullLog(Level.INFO);
    MemoryRelay relay = MemoryRelay.http1(equipment, stream ? Talk.stream(EVENTS) : Talk.unary());
    try {
      ask(relay, stream ? WARM_UP / EVENTS * 4 : WARM_UP * 3);
      int requests = stream ? MEASURED / 10 : MEASURED;
      try (Recording recording = new Recording()) {
        recording.enable(AllocationSites.EVENT).with("throttle", "off").withStackTrace();
        recording.start();
        ask(relay, requests);
        recording.stop();
        recording.dump(file);
      }
      print(AllocationSites.in(file), stream ? requests * (double) EVENTS : requests);
    } finally {
      relay.stop();
      log.close();
      Files.delete(file);
    }
  }

  private static void ask(MemoryRelay relay, int requests) throws Exception {
    for (int sent = 0; sent < requests; sent += BATCH) {
      relay.ask(Math.min(BATCH, requests - sent));
    }
  }

  private static void print(List<AllocationSites.Site> sites, double operations) {
    double all = sites.stream().mapToLong(AllocationSites.Site::bytes).sum() / operations;
    System.out.printf(Locale.ROOT, "%.0f bytes an operation%n", all);
    Map<String, Long> threads =
        sites.stream()
            .collect(
                Collectors.groupingBy(
                    AllocationSites.Site::thread,
                    TreeMap::new,
                    Collectors.summingLong(AllocationSites.Site::bytes)));
    threads.forEach(
        (name, bytes) ->
            System.out.printf(Locale.ROOT, "%8.1f  on thread %s%n", bytes / operations, name));
    for (AllocationSites.Site site : sites.subList(0, Math.min(SHOWN, sites.size()))) {
      System.out.printf(
          Locale.ROOT,
          "%8.1f  %s (%s)%n          %s%n",
          site.bytes() / operations,
          site.what(),
          site.thread(),
          String.join(" < ", site.stack()));
    }
  }
}
