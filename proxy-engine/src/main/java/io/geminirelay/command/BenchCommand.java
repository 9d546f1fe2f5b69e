package io.geminirelay.command;

import io.geminirelay.RelayCommand;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Says how to run the benchmarks, which are no part of the program itself. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Say how to run the benchmarks and what they measure.")
public final class BenchCommand implements Callable<Integer> {
  private static final String TEXT =
      """
      The benchmarks are run from a clone of the sources, with a JDK and Maven:

        scripts/bench          CPU for each request and event of the running gateway, beside nginx
                               and HAProxy as bare proxies; under 3 minutes
        scripts/bench --full   longer, with 1,000 paced streams too; about 8 minutes
        scripts/bench --jmh    the parts alone: scanners, selection of keys, relay, token estimate
        scripts/bench --quota  what part of simulated quotas becomes answers, by policy
        scripts/bench --tokens error of the token estimate by kind of text
        scripts/bench --help   every option

      A figure means something only together with the machine and the JVM it was measured on.
      """;

  @ParentCommand private @Nullable RelayCommand main;

  @Override
  public Integer call() {
    RelayCommand program = Objects.requireNonNull(main);
    program.out().print(TEXT);
    program.out().flush();
    return Exit.OK;
  }
}
