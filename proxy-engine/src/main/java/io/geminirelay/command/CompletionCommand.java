package io.geminirelay.command;

import io.geminirelay.RelayCommand;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints the script by which a shell completes the program's commands and options. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Print a script that lets the shell complete commands and options.",
    footer = {
      "",
      "Examples:",
      "  source <(gemini-relay completion)",
      "  gemini-relay completion bash > /etc/bash_completion.d/gemini-relay",
      "  gemini-relay completion zsh > ~/.gemini-relay.zsh   # then source it from ~/.zshrc"
    })
public final class CompletionCommand implements Callable<Integer> {
  private static final String ZSH =
      """
      autoload -U +X compinit && compinit
      autoload -U +X bashcompinit && bashcompinit
      """;

  /** Shells that a script can be had for. */
  enum Shell {
    bash,
    zsh
  }

  @ParentCommand private @Nullable RelayCommand main;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      defaultValue = "bash",
      paramLabel = "SHELL",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Shell shell = Shell.bash;

  @Override
  public Integer call() {
    var root = Objects.requireNonNull(spec).root().commandLine();
    String script = AutoComplete.bash(root.getCommandName(), root);
    var out = Objects.requireNonNull(main).out();
    // Bash's own functions are what zsh is taught to use.
    out.print(shell == Shell.zsh ? ZSH + script : script);
    out.flush();
    return Exit.OK;
  }
}
