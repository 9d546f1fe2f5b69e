package io.geminirelay.command;

import io.geminirelay.Main;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What can be asked about the keys of a configuration; alone it only explains itself. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "List the keys of the configuration, or verify them with Google.",
    subcommands = {KeysListCommand.class, KeysVerifyCommand.class},
    footer = {
      "",
      "Examples:",
      "  gemini-relay keys list",
      "  gemini-relay keys verify --group default"
    })
public final class KeysCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  /** The program. */
  Main main() {
    return Objects.requireNonNull(main);
  }

  @Override
  public Integer call() {
    var line = Objects.requireNonNull(spec).commandLine();
    line.usage(line.getErr());
    return Exit.USAGE;
  }
}
