package io.geminirelay;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.command.BenchCommand;
import io.geminirelay.command.CompletionCommand;
import io.geminirelay.command.HealthCommand;
import io.geminirelay.command.KeysCommand;
import io.geminirelay.command.StatusCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code gemini-relay}: without a subcommand it serves. */
@Command(
    name = "gemini-relay",
    description = "Gateway in front of the Gemini API. Without a command it serves.",
    footer = {
      "",
      "Environment: CONFIG_PATH, HOST, PORT, LOG_LEVEL, GEMINI_API_KEY_LIST and those that"
          + " config/proxy.env.example lists; they come before the file.",
      "",
      "Examples:",
      "  gemini-relay --config proxy.yaml",
      "  gemini-relay check --config proxy.yaml",
      "  gemini-relay keys verify",
      "  gemini-relay status"
    },
    mixinStandardHelpOptions = true,
    versionProvider = RelayCommand.Versions.class,
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      DemoCommand.class,
      KeysCommand.class,
      StatusCommand.class,
      HealthCommand.class,
      BenchCommand.class,
      CompletionCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or stopped by a signal",
      "1:failed while running",
      "2:wrong arguments",
      "3:the configuration is not valid",
      "4:a key is not accepted by Google (keys verify)",
      "5:the gateway does not accept the admin token (status)"
    })
public final class RelayCommand implements Callable<Integer> {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Configuration file. Else $CONFIG_PATH, else config.yaml, config.yml or proxy.yaml here,"
              + " else the environment alone.")
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;

  /** The command with its rules about failures and exit codes. */
  public static CommandLine commandLine() {
    return new CommandLine(new RelayCommand()).setExecutionExceptionHandler(RelayCommand::explain);
  }

  /** Serves, as no subcommand was given. */
  @Override
  public Integer call() throws Exception {
    return new ServeCommand(this).call();
  }

  /** Loads the configuration, with its warnings on standard error. */
  public Loaded load() throws ConfigException {
    return Serving.load(store(), err());
  }

  /** Where the configuration is kept. */
  ConfigStore store() {
    return new ConfigStore(source());
  }

  /** Where the configuration is looked for. */
  public ConfigSource source() {
    return ConfigSource.ofProcess(config);
  }

  /** For commands whose output would be spoilt by what goes to the log. */
  public static void logErrorsOnly() {
    LogLevel.errorsOnly();
  }

  /** Where the command prints its result. */
  public PrintWriter out() {
    return commandSpec().commandLine().getOut();
  }

  /** Where it complains. */
  PrintWriter err() {
    return commandSpec().commandLine().getErr();
  }

  private CommandSpec commandSpec() {
    if (spec == null) {
      throw new IllegalStateException("not started through commandLine()");
    }
    return spec;
  }

  private static int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    return Main.explain(e, line.getErr());
  }

  /** Tells the version. */
  static final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"gemini-relay " + Version.text()};
    }
  }
}
