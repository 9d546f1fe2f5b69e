package io.geminirelay.bench.load;

import io.geminirelay.bench.load.plan.Growth;
import io.geminirelay.bench.load.proxy.Proxy;
import io.geminirelay.bench.load.proxy.Start;
import io.geminirelay.bench.load.proxy.Target;
import io.geminirelay.bench.load.proxy.Upstream;
import io.geminirelay.bench.load.report.Figures;
import io.geminirelay.bench.load.report.GrowthTable;
import io.geminirelay.bench.load.report.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a request, an event or a MB costs as there is more of something. */
@Command(
    name = "growth",
    mixinStandardHelpOptions = true,
    description = "CPU of the running gateway as connections, keys, bodies or streams grow.")
public final class GrowthMain implements Callable<Integer> {
  @Option(names = "--only", split = ",", description = "Rows by name; standard: all.")
  private List<String> only = Growth.all().stream().map(Growth::label).toList();

  @Option(names = "--proxies", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
  private Set<Proxy> proxies = EnumSet.of(Proxy.GATEWAY);

  @Option(names = "--seconds", description = "Of each window; standard: ${DEFAULT-VALUE}.")
  private double seconds = 3;

  @Option(names = "--warmup", description = "Seconds before the first window of each point.")
  private double warmup = 4;

  @Option(names = "--rounds", description = "Windows of each point; standard: ${DEFAULT-VALUE}.")
  private int rounds = 3;

  @Option(names = "--core", description = "For the proxies; -1: any; standard: ${DEFAULT-VALUE}.")
  private int core = 1;

  private final GrowthTable table = new GrowthTable();

  /** Runs and exits: 0 when all was measured and no request failed. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new GrowthMain())
            .setOverwrittenOptionsAllowed(true)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("growth");
    Machine.about().forEach((name, value) -> System.out.println("* " + name + ": " + value));
    System.out.printf("* windows: %d x %s s, medians%n%n", rounds, seconds);
    List<Growth> chosen =
        Growth.all().stream().filter(growth -> only.contains(growth.label())).toList();
    if (chosen.size() != only.size()) {
      throw new IllegalArgumentException("not all of these are known: " + only);
    }
    try (Upstream upstream = new Upstream(folder)) {
      Start start = new Start(upstream, core, 1, List.of(), folder);
      for (Proxy proxy : proxies) {
        if (proxy == Proxy.DIRECT || proxy.version().isEmpty()) {
          System.out.println("* left out: " + proxy.title());
          continue;
        }
        for (Growth growth : chosen) {
          measure(proxy, growth, start);
        }
      }
    }
    System.out.print(table.text());
    return 0;
  }

  /** Each row has a process of its own; each number of keys too, and an end before the next. */
  private void measure(Proxy proxy, Growth growth, Start start) throws Exception {
    Target target = null;
    int keys = 0;
    try {
      for (Growth.Point point : growth.points()) {
        Windows windows =
            new Windows(
                new Figures(),
                new Windows.Length(rounds, seconds, warmup),
                start.withKeys(point.keys()));
        if (target == null || keys != point.keys()) {
          if (target != null) {
            target.close();
          }
          target = windows.start(proxy);
          keys = point.keys();
        }
        List<Sample> samples = new ArrayList<>();
        windows.warm(point.workload(), target);
        for (int round = 0; round < rounds; round++) {
          samples.add(windows.window(point.workload(), target));
        }
        table.add(proxy, growth, point, samples);
        System.err.printf(
            "%s %s %s: %.2f us, busy %.0f %%%n",
            proxy.label(),
            growth.label(),
            point.size(),
            samples.get(rounds / 2).value() / point.units(),
            samples.get(rounds / 2).busy() * 100);
      }
    } finally {
      if (target != null) {
        target.close();
      }
    }
  }
}
