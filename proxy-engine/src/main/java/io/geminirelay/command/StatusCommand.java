package io.geminirelay.command;

import io.geminirelay.RelayCommand;
import io.geminirelay.base.config.ConfigSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows a running gateway's pools and traffic, live on a terminal, once elsewhere. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Watch a running gateway: traffic, tokens, latency, pools, keys that rest, exits.",
      "Live on a terminal (q quits); plain text, once, into a file or pipe."
    },
    footer = {
      "",
      "The token is that of --token-file or --token-env, else of the variable ADMIN_TOKEN, else"
          + " server.admin_token of the configuration. The configuration is read if it is named, or"
          + " the address or the token is not given otherwise.",
      "",
      "Environment: ADMIN_TOKEN; CONFIG_PATH; NO_COLOR, set to anything, turns colours off.",
      "",
      "Examples:",
      "  gemini-relay status",
      "  gemini-relay status --url https://relay.example --token-file /run/credentials/admin-token",
      "  gemini-relay status --json | jq .overview.keys"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:shown",
      "1:the gateway does not answer",
      "2:wrong arguments, or no admin token that can be sent",
      "3:the configuration is not valid",
      "5:the gateway does not accept the token, or has no admin API"
    })
public final class StatusCommand implements Callable<Integer> {
  @ParentCommand private @Nullable RelayCommand main;
  @Spec private @Nullable CommandSpec spec;

  @Mixin private final GatewayOptions gateway = new GatewayOptions();

  @Option(names = "--once", description = "Print once and end.")
  private boolean once;

  @Option(names = "--json", description = "Print once, as JSON.")
  private boolean json;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = Interval.class,
      description = "Pause between two looks, like 500ms or 2s (default: ${DEFAULT-VALUE}).")
  private Duration interval = Duration.ofSeconds(1);

  @Override
  public Integer call() throws Exception {
    RelayCommand program = Objects.requireNonNull(main);
    ConfigSource source = program.source();
    AdminClient client = gateway.client(source);
    String noColour = source.environment().getOrDefault("NO_COLOR", "");
    try {
      if (once || json) {
        printOnce(program, client);
      } else {
        watch(program, client, noColour.isEmpty());
      }
      return Exit.OK;
    } catch (AdminClient.RefusedException e) {
      return fail(e.getMessage(), Exit.REFUSED);
    } catch (SSLException e) {
      return fail(
          "no TLS with " + client.base() + ": " + e.getMessage() + "; see --ca-file", Exit.FAILED);
    } catch (IOException e) {
      String why = e.getMessage();
      return fail("no answer from " + client.base() + (why == null ? "" : ": " + why), Exit.FAILED);
    }
  }

  private void printOnce(RelayCommand program, AdminClient client)
      throws IOException, InterruptedException {
    Snapshot now = client.ask();
    if (json) {
      JsonText.print(program.out(), out -> SnapshotJson.write(out, now));
    } else {
      new StatusView(client.base(), false).whole(now).forEach(program.out()::println);
      program.out().flush();
    }
  }

  /** By the system's own programs ({@code stty}): nothing native has to be unpacked for it. */
  private void watch(RelayCommand program, AdminClient client, boolean colours)
      throws IOException, InterruptedException {
    try (Terminal terminal =
        TerminalBuilder.builder()
            .system(true)
            .systemOutput(TerminalBuilder.SystemOutput.SysOut)
            .provider("exec")
            .dumb(true)
            .build()) {
      if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        printOnce(program, client);
      } else {
        new StatusScreen(terminal, client, new StatusView(client.base(), colours)).run(interval);
      }
    }
  }

  private int fail(@Nullable String why, int code) {
    var err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("gemini-relay: " + Table.printable(String.valueOf(why)));
    err.flush();
    return code;
  }
}
