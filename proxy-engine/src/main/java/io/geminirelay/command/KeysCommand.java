package io.geminirelay.command;

import io.geminirelay.RelayCommand;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyRing;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
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
  @ParentCommand private @Nullable RelayCommand main;
  @Spec private @Nullable CommandSpec spec;

  /** The program. */
  RelayCommand main() {
    return Objects.requireNonNull(main);
  }

  /** As {@link KeyNames#find}; what does not exist is a wrong argument. */
  List<ApiKey> find(KeyRing ring, @Nullable String group, List<String> wanted) {
    try {
      return KeyNames.find(ring, group, wanted);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Integer call() {
    var line = Objects.requireNonNull(spec).commandLine();
    line.usage(line.getErr());
    return Exit.USAGE;
  }
}
