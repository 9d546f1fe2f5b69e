package io.geminirelay.bench.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Fails where an operation allocates more than the file of bounds allows.
 *
 * <p>Bytes do not depend on how busy the machine is, but code that is not compiled yet allocates
 * more: so the least of a few iterations counts, and whatever is over is measured once more, with a
 * longer warm-up, before it fails.
 *
 * <p>Arguments: the file of bounds; {@code --derive} prints a fresh one instead.
 */
public final class CheckMain {
  private static final String BYTES = "gc.alloc.rate.norm";
  private static final int MEASURED = 3;
  private static final int PART_MILLIS = 300;
  private static final int GATEWAY_MILLIS = 500;
  private static final int PART_WARM_UP = 4;
  private static final int GATEWAY_WARM_UP = 5;
  private static final int LONGER = 3;

  private CheckMain() {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    boolean derive = Arrays.asList(args).contains("--derive");
    Path file = Path.of(args[0]);
    try {
      System.exit(derive ? derive() : check(file));
    } catch (Bounds.InvalidBounds e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static int derive() throws RunnerException {
    Map<String, Double> measured = new LinkedHashMap<>();
    for (Guarded each : Guarded.values()) {
      measured.put(each.label(), Math.min(measure(each, 1), measure(each, LONGER)));
    }
    System.out.print(Bounds.derive(measured).text());
    return 0;
  }

  private static int check(Path file) throws IOException, Bounds.InvalidBounds, RunnerException {
    List<Guarded> all = List.of(Guarded.values());
    Set<String> names =
        all.stream().map(Guarded::label).collect(Collectors.toCollection(TreeSet::new));
    Bounds bounds = Bounds.parse(file.toString(), Files.readAllLines(file), names);
    Map<String, Double> measured = new LinkedHashMap<>();
    for (Guarded each : all) {
      long bound = bounds.bytes().getOrDefault(each.label(), 0L);
      double bytes = measure(each, 1);
      if (Comparison.isOver(bytes, bound)) {
        bytes = Math.min(bytes, measure(each, LONGER));
      }
      measured.put(each.label(), bytes);
    }
    Comparison comparison = Comparison.of(measured, bounds);
    comparison.table().forEach(System.out::println);
    comparison.failures().forEach(failure -> System.err.println("bench: " + failure));
    return comparison.failures().isEmpty() ? 0 : 1;
  }

  /** The least bytes of an iteration, after a warm-up that is {@code times} as long as usual. */
  private static double measure(Guarded what, int times) throws RunnerException {
    System.err.println("bench: " + what.label());
    boolean whole = what.wholeGateway();
    TimeValue each = TimeValue.milliseconds(whole ? GATEWAY_MILLIS : PART_MILLIS);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + what.benchmark().replace(".", "\\.") + "$")
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .forks(1)
            .threads(1)
            .warmupTime(each)
            .warmupIterations(times * (whole ? GATEWAY_WARM_UP : PART_WARM_UP))
            .measurementTime(each)
            .measurementIterations(MEASURED);
    what.params().forEach((name, value) -> options.param(name, value));
    RunResult result = new Runner(options.build()).runSingle();
    return result.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream())
        .mapToDouble(iteration -> bytes(iteration.getSecondaryResults()))
        .min()
        .orElseThrow();
  }

  @SuppressWarnings("rawtypes") // JMH's own
  private static double bytes(Map<String, Result> results) {
    Result bytes = results.get(BYTES);
    if (bytes == null) {
      throw new IllegalStateException("JMH gave no " + BYTES);
    }
    return bytes.getScore();
  }
}
