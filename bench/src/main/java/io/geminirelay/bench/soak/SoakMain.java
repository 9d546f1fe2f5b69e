package io.geminirelay.bench.soak;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the soak and tells whether everything held. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description =
        "Two gateways, one with TLS, under mixed load while upstreams, exits, keys and"
            + " configuration break by a plan that follows from a seed. Exit code 0: all checks held;"
            + " 1: one did not, and what to look at is printed; 2: the machine was too busy to tell.")
public final class SoakMain implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MINUTES",
      defaultValue = "10",
      description = "How long the load lasts; may have a fraction. Standard: ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(names = "--seed", description = "The plan to run; standard: a new one, which is printed.")
  private @Nullable Long seed;

  @Option(names = "--rate", description = "Requests a second; standard: ${DEFAULT-VALUE}.")
  private int rate = 120;

  @Option(names = "--redis", description = "The gateways share a redis-server, which restarts too.")
  private boolean redis;

  @Option(
      names = "--leak-detection",
      paramLabel = "LEVEL",
      description = "Netty's, of the gateways: paranoid, simple, ... Standard: ${DEFAULT-VALUE}.")
  private String leakDetection = "paranoid";

  @Option(names = "--json", paramLabel = "FILE", description = "Where to write the findings.")
  private @Nullable Path json;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Where configurations and logs are kept; standard: a new one.")
  private @Nullable Path folder;

  /** Runs and exits with the code of the findings; whatever it started ends with it. */
  public static void main(String[] args) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> Descendants.end(ProcessHandle.current()), "soak-children"));
    System.exit(new CommandLine(new SoakMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    long chosen = seed != null ? seed : ThreadLocalRandom.current().nextInt(1, 1_000_000);
    long millis = Schedule.millis(minutes);
    Plan plan = new Plan(chosen, millis, redis);
    System.out.print(
        "scripts/soak %s --seed %d --rate %d%s\n%s"
            .formatted(minutes, chosen, rate, redis ? " --redis" : "", plan));
    String options = "-Xmx256m -Dio.netty.leakDetection.level=" + leakDetection;
    Soak soak = new Soak(plan, millis, rate, redis, List.of("scripts/run"), options, folder);
    Findings findings = soak.run();
    Findings.Code code = findings.code(soak.stalls().tooBusy());
    System.out.println("\n" + findings.table());
    System.out.println("the soak's own threads: " + soak.stalls());
    if (code == Findings.Code.TOO_BUSY) {
      System.out.println("THE MACHINE WAS TOO BUSY: what failed may have failed for that reason.");
    }
    System.out.println("logs and configurations: " + soak.folder());
    if (json != null) {
      java.nio.file.Files.writeString(
          json,
          findings.json(
              io.geminirelay.testing.sim.Json.object(
                  "seed", chosen, "minutes", minutes, "rate", rate, "redis", redis)));
    }
    return code.number();
  }
}
