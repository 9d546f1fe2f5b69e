package io.geminirelay;

import io.geminirelay.base.config.Loaded;
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
  @ParentCommand private @Nullable Main main;

  /** For picocli, which sets the parent. */
  ServeCommand() {}

  ServeCommand(Main main) {
    this.main = main;
  }

  @Override
  public Integer call() throws Exception {
    Loaded loaded = Objects.requireNonNull(main).load();
    Objects.requireNonNull(loaded.config());
    return Main.OK;
  }
}
