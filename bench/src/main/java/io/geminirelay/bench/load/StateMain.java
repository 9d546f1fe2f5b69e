package io.geminirelay.bench.load;

import io.geminirelay.bench.load.client.Driver;
import io.geminirelay.bench.load.plan.Ask;
import io.geminirelay.bench.load.plan.Route;
import io.geminirelay.bench.load.plan.Shape;
import io.geminirelay.bench.load.plan.Slots;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import io.geminirelay.bench.load.proxy.RunningProxy;
import io.geminirelay.bench.load.proxy.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what it costs to share state: CPU for each request of a gateway alone and of one with
 * Redis, in turn, and how long answers take while Redis is killed and started again. There are many
 * keys and some models; a client's limit is set, and quotas, some of which are used up, so that all
 * are shared. Run it pinned to another core than the one it is told for the gateways; the upstream
 * and Redis inherit its core.
 */
@Command(
    name = "state",
    mixinStandardHelpOptions = true,
    description = "CPU and latency of the gateway with and without Redis, same run.")
public final class StateMain implements Callable<Integer> {
  private static final String MEMORY = "memory";
  private static final String REDIS = "redis";
  private static final Workload BUSY = unary(Shape.closed(), 64);
  private static final Workload PAUSING = unary(Shape.closed(40), 32);

  /** Keys whose quota binds after some seconds, and those that take what is over. */
  private static final int TIGHT_KEYS = 40;

  private static final int WIDE_KEYS = 160;

  private static final List<String> MODELS =
      List.of("gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite", "gemini-2.0-flash");

  @Option(names = "--seconds", description = "Of each window; standard: ${DEFAULT-VALUE}.")
  private int seconds = 5;

  @Option(names = "--warmup", description = "Seconds before the first window of each.")
  private int warmup = 24;

  @Option(names = "--rounds", description = "Windows of each; standard: ${DEFAULT-VALUE}.")
  private int rounds = 6;

  @Option(names = "--core", description = "For the gateways; standard: ${DEFAULT-VALUE}.")
  private int core = 1;

  @Option(names = "--json", paramLabel = "FILE", description = "Where to write the windows.")
  private @Nullable Path json;

  private final StateFigures figures = new StateFigures();

  /** Runs and exits: 0 when all was measured and no request failed. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new StateMain()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("state");
    Map<String, String> about = Machine.about();
    // The first builds it where that is needed, and says so.
    Proxy.GATEWAY.version();
    about.put("gateway", Proxy.GATEWAY.version());
    about.put("windows", rounds + " x " + seconds + " s");
    try (Upstream upstream = new Upstream(folder);
        RedisProcess redis = new RedisProcess(folder);
        RedisProcess other = new RedisProcess(Files.createDirectory(folder.resolve("other")));
        RunningProxy alone = start(MEMORY, upstream.port(), "", folder);
        RunningProxy sharing =
            start(REDIS, upstream.port(), "redis_url: " + redis.url() + "\n", folder)) {
      Map<String, RunningProxy> gateways = new LinkedHashMap<>();
      gateways.put(MEMORY, alone);
      gateways.put(REDIS, sharing);
      measureCpu(gateways);
      measureLatency(alone, sharing, redis, other);
    }
    about.forEach((name, value) -> System.out.println(name + ": " + value));
    System.out.print("\n" + figures.table(MEMORY));
    if (json != null) {
      Files.writeString(json, figures.json(about));
    }
    return 0;
  }

  private RunningProxy start(String name, int upstream, String store, Path folder)
      throws IOException, InterruptedException {
    int port = RunningProxy.freePort();
    Path config = folder.resolve(name + ".yaml");
    Files.writeString(
        config,
        """
        server: {port: %d}
        clients: [{name: load, token: %s, requests_per_minute: 100000000}]
        groups:
          - name: tight
            target_url: http://127.0.0.1:%d
            api_keys: [%s]
            limits: {"*": {rpm: 300}}
          - name: wide
            target_url: http://127.0.0.1:%d
            api_keys: [%s]
            limits: {"*": {rpm: 100000, tpm: 1000000000}}
        log_level: warn
        %s"""
            .formatted(
                port,
                Workload.TOKEN,
                upstream,
                keys("tight", TIGHT_KEYS),
                upstream,
                keys("wide", WIDE_KEYS),
                store));
    List<String> line =
        List.of(
            "taskset", "-c", Integer.toString(core), "scripts/run", "--config", config.toString());
    return new RunningProxy(new ProcessBuilder(line).inheritIO().start(), port);
  }

  private static String keys(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> "upstream-key-%s-%d".formatted(name, number))
        .collect(Collectors.joining(", "));
  }

  private static Workload unary(Shape shape, int connections) {
    return new Workload("state", "", shape, Route.PLAIN, Slots.of(connections), Ask.unary());
  }

  private static Driver driver(RunningProxy gateway) {
    return new Driver("cpu", BUSY, gateway.port(), MODELS);
  }

  private void measureCpu(Map<String, RunningProxy> gateways) throws Exception {
    for (int half = 0; half < 2; half++) {
      for (RunningProxy each : gateways.values()) {
        try (Driver driver = driver(each)) {
          driver.run(warmup / 2.0);
        }
      }
    }
    List<Map.Entry<String, RunningProxy>> order = new ArrayList<>(gateways.entrySet());
    for (int round = 0; round < rounds; round++) {
      // Who was last is first: what gets quicker or slower meanwhile favours neither.
      Collections.reverse(order);
      for (Map.Entry<String, RunningProxy> each : order) {
        double micros = cpuWindow(each.getValue());
        figures.cpu(each.getKey(), micros);
        System.err.printf("cpu %s: %.2f us%n", each.getKey(), micros);
      }
    }
  }

  private double cpuWindow(RunningProxy gateway) throws Exception {
    try (Driver driver = driver(gateway)) {
      driver.run(1);
      long count = driver.count();
      long cpu = gateway.cpuMicros();
      driver.run(seconds);
      return (double) (gateway.cpuMicros() - cpu) / (driver.count() - count);
    }
  }

  /**
   * A server that starts takes its part of the machine: so one that nobody uses is killed and
   * started too.
   */
  private void measureLatency(
      RunningProxy alone, RunningProxy sharing, RedisProcess redis, RedisProcess other)
      throws Exception {
    for (int round = 0; round < rounds; round++) {
      latencyWindow(MEMORY, alone, () -> TimeUnit.SECONDS.sleep(seconds));
      latencyWindow(REDIS, sharing, () -> TimeUnit.SECONDS.sleep(seconds));
      latencyWindow("memory, another killed and started", alone, () -> restart(other));
      latencyWindow("redis killed and started", sharing, () -> restart(redis));
    }
  }

  private void restart(RedisProcess redis) throws Exception {
    TimeUnit.MILLISECONDS.sleep(seconds * 250L);
    redis.kill();
    TimeUnit.MILLISECONDS.sleep(seconds * 250L);
    redis.start();
    TimeUnit.MILLISECONDS.sleep(seconds * 500L);
  }

  /** What happens while answers are timed. */
  private interface Course {
    void run() throws Exception;
  }

  private void latencyWindow(String what, RunningProxy gateway, Course course) throws Exception {
    try (Driver driver = new Driver("latency", PAUSING, gateway.port(), MODELS)) {
      driver.run(1);
      driver.resetLatencies();
      course.run();
      figures.latency(what, driver.latencies());
    }
  }
}
