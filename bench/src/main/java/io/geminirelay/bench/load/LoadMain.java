package io.geminirelay.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures CPU for each request or event of running proxies, in turn, with one upstream and one
 * driver. Run it pinned to another core than the one it is told for the proxies; the upstream
 * inherits its core.
 */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = "CPU of the running gateway beside nginx and HAProxy, same upstream, same run.")
public final class LoadMain implements Callable<Integer> {
  @Option(names = "--proxies", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
  private Set<Proxy> proxies = EnumSet.allOf(Proxy.class);

  @Option(names = "--workloads", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
  private Set<Workload> workloads = EnumSet.of(Workload.UNARY, Workload.FAST16, Workload.FAST1);

  @Option(names = "--seconds", description = "Of each window; standard: ${DEFAULT-VALUE}.")
  private int seconds = 8;

  @Option(names = "--warmup", description = "Seconds before the first of a workload's windows.")
  private int warmup = 8;

  @Option(names = "--rounds", description = "Windows of each proxy; standard: ${DEFAULT-VALUE}.")
  private int rounds = 3;

  @Option(names = "--core", description = "For the proxies; standard: ${DEFAULT-VALUE}.")
  private int core = 1;

  @Option(names = "--json", paramLabel = "FILE", description = "Where to write the samples.")
  private @Nullable Path json;

  private final Figures figures = new Figures();
  private final Map<String, String> about = new LinkedHashMap<>();

  /** Runs and exits: 0 when every proxy that is installed was measured. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new LoadMain())
            .setOverwrittenOptionsAllowed(true)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("load");
    int upstreamPort = RunningProxy.freePort();
    Map<Proxy, RunningProxy> running = new EnumMap<>(Proxy.class);
    about.putAll(machine());
    about.put("windows", rounds + " x " + seconds + " s");
    try (RunningProxy upstream = new RunningProxy(upstream(upstreamPort), upstreamPort)) {
      try {
        start(running, upstream.port(), folder);
        for (Workload workload : workloads) {
          measure(workload, running);
        }
      } finally {
        for (RunningProxy proxy : running.values()) {
          proxy.close();
        }
      }
    }
    about.forEach((name, value) -> System.out.println(name + ": " + value));
    System.out.print("\n" + figures.table());
    if (json != null) {
      Files.writeString(json, figures.json(about));
    }
    return 0;
  }

  /** What it runs on. */
  static Map<String, String> machine() throws IOException {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("kernel", System.getProperty("os.version"));
    about.put("jvm", System.getProperty("java.vm.version"));
    Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .findFirst()
        .ifPresent(line -> about.put("processor", line.substring(line.indexOf(':') + 1).strip()));
    return about;
  }

  /** Starts the upstream of a load run. */
  static Process upstream(int port) throws IOException {
    String java = ProcessHandle.current().info().command().orElse("java");
    return new ProcessBuilder(
            java,
            "-XX:+UseSerialGC",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            UpstreamMain.class.getName(),
            Integer.toString(port))
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void start(Map<Proxy, RunningProxy> running, int upstream, Path folder)
      throws IOException, InterruptedException {
    for (Proxy proxy : proxies) {
      String version = proxy.version();
      about.put(proxy.label(), version.isEmpty() ? "not installed: skipped" : version);
      if (!version.isEmpty()) {
        running.put(proxy, proxy.start(core, upstream, folder));
      }
    }
  }

  private void measure(Workload workload, Map<Proxy, RunningProxy> running) throws Exception {
    for (Map.Entry<Proxy, RunningProxy> entry : running.entrySet()) {
      try (Driver driver = new Driver(workload, entry.getValue().port())) {
        // Only a JVM has to learn; ours and the upstream's learn with the gateway's.
        driver.run(entry.getKey() == Proxy.GATEWAY ? warmup : 1);
      }
    }
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<Proxy, RunningProxy> entry : running.entrySet()) {
        Figures.Sample sample = window(workload, entry.getValue());
        figures.add(workload, entry.getKey(), sample);
        System.err.printf(
            "%s %s: %.2f us, %.0f/s%n",
            workload.label(), entry.getKey().label(), sample.cpuMicros(), sample.perSecond());
      }
    }
  }

  private Figures.Sample window(Workload workload, RunningProxy proxy) throws Exception {
    try (Driver driver = new Driver(workload, proxy.port())) {
      driver.run(1);
      long count = driver.count();
      long cpu = proxy.cpuMicros();
      long begin = System.nanoTime();
      driver.run(seconds);
      double used = proxy.cpuMicros() - cpu;
      double answered = driver.count() - count;
      double elapsed = (System.nanoTime() - begin) / 1e9;
      if (answered == 0) {
        throw new IllegalStateException(workload.label() + ": nothing was answered");
      }
      return new Figures.Sample(
          used / answered, answered / elapsed, used / elapsed / 1e6, proxy.residentKb());
    }
  }
}
