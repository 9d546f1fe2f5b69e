package io.geminirelay.bench.quota;

import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints how much of what Google's quotas allow becomes answers, by policy. */
@Command(
    name = "quota",
    mixinStandardHelpOptions = true,
    description = {
      "Simulates agents, keys and Google's quotas on a virtual clock and prints, for the gateway",
      "and for other policies, what part of the quotas became answers and at what cost."
    })
public final class QuotaSimulationMain implements Callable<Integer> {
  @Option(names = "--seed", description = "Of everything random; standard: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(names = "--days", description = "Length as a factor; standard: ${DEFAULT-VALUE}.")
  private double days = 1;

  @Option(names = "--quick", description = "Small fleets and short times: seconds.")
  private boolean quick;

  @Option(names = "--only", paramLabel = "TEXT", description = "Scenarios whose names contain it.")
  private String only = "";

  @Option(names = "--gateway", description = "Leave the other policies out.")
  private boolean gatewayAlone;

  @Option(names = "--json", paramLabel = "FILE", description = "Where to write the results.")
  private @Nullable Path json;

  /** Runs and exits. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new QuotaSimulationMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Report report = new Report();
    System.out.print(Report.explanation());
    List<Scenario> scenarios = quick ? Scenario.quick() : Scenario.all(days);
    for (Scenario scenario : scenarios) {
      if (scenario.name().contains(only)) {
        run(new Simulation(scenario, seed), report);
      }
    }
    if (json != null) {
      Files.writeString(json, report.json(seed));
    }
    return 0;
  }

  private void run(Simulation simulation, Report report) {
    System.out.print(Report.head(simulation));
    Outcome atOnce = simulation.oracle(0);
    Outcome later = simulation.oracle(Simulation.WAIT_SECONDS);
    print(report, simulation, later, later);
    for (Knowledge knowledge : Knowledge.values()) {
      print(report, simulation, simulation.gateway(knowledge, Simulation.WAIT_SECONDS), later);
    }
    print(report, simulation, atOnce, atOnce);
    for (Knowledge knowledge : Knowledge.values()) {
      print(report, simulation, simulation.gateway(knowledge, 0), atOnce);
    }
    if (!gatewayAlone) {
      print(report, simulation, simulation.roundRobin(), atOnce);
      print(report, simulation, simulation.older(RateLimitBehavior.RETRY_NEXT_KEY), atOnce);
      print(report, simulation, simulation.older(RateLimitBehavior.BLOCK_UNTIL_RESET), atOnce);
    }
  }

  private static void print(
      Report report, Simulation simulation, Outcome outcome, Outcome possible) {
    report.add(simulation.scenario(), outcome, possible);
    System.out.print(Report.line(new Report.Row(simulation.scenario().name(), outcome, possible)));
  }
}
