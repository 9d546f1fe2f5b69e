package io.geminirelay.bench.load;

import io.geminirelay.bench.load.plan.Catalogue;
import io.geminirelay.bench.load.plan.Shape;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import io.geminirelay.bench.load.proxy.Start;
import io.geminirelay.bench.load.proxy.Target;
import io.geminirelay.bench.load.proxy.Upstream;
import io.geminirelay.bench.load.report.Figures;
import io.geminirelay.bench.load.report.Json;
import io.geminirelay.bench.load.report.Markdown;
import io.geminirelay.bench.load.report.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures running proxies in turn, with one upstream and one driver. Run it pinned to another core
 * than the one it is told for the proxies; the upstream inherits its core.
 */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description =
        "CPU, latency and memory of the running gateway beside nginx and HAProxy, same run.")
public final class LoadMain implements Callable<Integer> {
  @Option(names = "--proxies", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
  private Set<Proxy> proxies = EnumSet.allOf(Proxy.class);

  @Option(names = "--workloads", split = ",", description = "Names; standard: all.")
  private List<String> workloads = Catalogue.ALL.stream().map(Workload::label).toList();

  @Option(names = "--seconds", description = "Of each window; standard: ${DEFAULT-VALUE}.")
  private double seconds = 6;

  @Option(names = "--warmup", description = "Seconds before the first of a workload's windows.")
  private double warmup = 6;

  @Option(names = "--rounds", description = "Windows of each proxy; standard: ${DEFAULT-VALUE}.")
  private int rounds = 5;

  @Option(names = "--core", description = "For the proxies; -1: any; standard: ${DEFAULT-VALUE}.")
  private int core = 1;

  @Option(names = "--keys", description = "Of the gateway's groups; standard: ${DEFAULT-VALUE}.")
  private int keys = 3;

  @Option(
      names = "--gateway",
      split = " ",
      paramLabel = "COMMAND",
      description = "Starts the gateway; standard: scripts/run.")
  private List<String> gateway = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Where to write the samples.")
  private @Nullable Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "Where to write a page with curves.")
  private @Nullable Path html;

  private final Figures figures = new Figures();

  /** Runs and exits: 0 when every proxy that is installed was measured and no request failed. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new LoadMain())
            .setOverwrittenOptionsAllowed(true)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Workload> chosen = workloads.stream().map(Catalogue::named).toList();
    List<Proxy> installed = installed();
    Path folder = Files.createTempDirectory("load");
    List<Target> running = new ArrayList<>();
    try (Upstream upstream = new Upstream(folder)) {
      Start start = new Start(upstream, core, keys, gateway, folder);
      try {
        measure(chosen, installed, start, running);
      } finally {
        running.forEach(Target::close);
      }
    }
    System.out.print(new Markdown(figures).text());
    if (json != null) {
      Files.writeString(json, Json.text(figures));
    }
    if (html != null) {
      Files.writeString(html, new Page(figures).text());
    }
    return 0;
  }

  private List<Proxy> installed() throws Exception {
    Machine.about().forEach(figures::about);
    figures.about("windows", rounds + " x " + seconds + " s, medians");
    List<Proxy> installed = new ArrayList<>();
    for (Proxy proxy : proxies) {
      boolean given = proxy == Proxy.GATEWAY && !gateway.isEmpty();
      // The first asks for a build where one is needed, which is told before the version.
      String version = given ? String.join(" ", gateway) : proxy.version();
      figures.about(proxy.title(), version.isEmpty() ? "not installed: left out" : version);
      if (!version.isEmpty()) {
        installed.add(proxy);
      }
    }
    return installed;
  }

  private void measure(
      List<Workload> chosen, List<Proxy> installed, Start start, List<Target> running)
      throws Exception {
    Windows windows = new Windows(figures, new Windows.Length(rounds, seconds, warmup), start);
    List<Workload> memory = new ArrayList<>();
    for (Workload workload : chosen) {
      if (workload.shape().kind() == Shape.Kind.HELD) {
        memory.add(workload);
        continue;
      }
      if (running.isEmpty()) {
        for (Proxy proxy : installed) {
          running.add(windows.start(proxy));
        }
      }
      windows.measure(workload, running);
    }
    for (Target target : running) {
      if (target.log() != null) {
        figures.about("log of the windows", target.log().summary());
      }
      target.close();
    }
    running.clear();
    for (Workload workload : memory) {
      windows.measureMemory(workload, installed);
    }
  }
}
