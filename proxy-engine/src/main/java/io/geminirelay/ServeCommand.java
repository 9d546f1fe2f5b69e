package io.geminirelay;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Serves until a signal stops it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serve; this is also what happens without a command.")
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private @Nullable RelayCommand main;

  /** For picocli, which sets the parent. */
  ServeCommand() {}

  ServeCommand(RelayCommand main) {
    this.main = main;
  }

  @Override
  public Integer call() throws Exception {
    RelayCommand command = Objects.requireNonNull(main);
    return Serving.run(command.store(), command.err());
  }
}
