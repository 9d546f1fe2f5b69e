package io.geminirelay.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.RelayCommand;
import io.geminirelay.Verification;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.KeyChecked;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Asks Google with each key of the configuration whether it accepts it; serves nothing. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Ask Google with each key of the configuration for its list of models.",
      "Each key goes by its own exit; no quota is used. Nothing listens: a running gateway"
          + " is asked by its page /health/detailed?validate=true."
    },
    footer = {
      "",
      "Examples:",
      "  gemini-relay keys verify",
      "  gemini-relay keys verify --group default --json",
      "  gemini-relay keys verify 5f4dcc3b5a 098f6bcd46"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Google accepts every key",
      "1:nothing could be asked: no key got any answer",
      "2:wrong arguments, or no such key",
      "3:the configuration is not valid, or has no key",
      "4:some key is not accepted, or got no answer"
    })
final class KeysVerifyCommand implements Callable<Integer> {
  @ParentCommand private @Nullable KeysCommand keys;

  @Option(names = "--group", paramLabel = "NAME", description = "Only keys of this group.")
  private @Nullable String group;

  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  @Parameters(
      paramLabel = "FINGERPRINT",
      description = "Only these keys: fingerprints or names as \"keys list\" shows them.")
  private List<String> wanted = List.of();

  @Override
  public Integer call() throws Exception {
    RelayCommand main = Objects.requireNonNull(keys).main();
    EngineConfig config = main.load().config();
    // What checks find out is printed below, not logged.
    RelayCommand.logErrorsOnly();
    try (Verification verification = new Verification(config, TimeSource.SYSTEM)) {
      List<KeyChecked> results = new ArrayList<>();
      for (CompletableFuture<KeyChecked> each : asked(verification)) {
        results.add(each.get());
      }
      if (json) {
        JsonText.print(main.out(), out -> write(out, results));
      } else {
        print(main, results);
      }
      return codeOf(results);
    }
  }

  private List<CompletableFuture<KeyChecked>> asked(Verification verification) {
    return Objects.requireNonNull(keys).find(verification.keys(), group, wanted).stream()
        .map(verification.check()::check)
        .toList();
  }

  private static int codeOf(List<KeyChecked> results) {
    if (results.stream().allMatch(KeyChecked::ok)) {
      return Exit.OK;
    }
    return results.stream().allMatch(each -> each.status() == 0) ? Exit.FAILED : Exit.BAD_KEY;
  }

  private static void print(RelayCommand main, List<KeyChecked> results) {
    Table table = new Table("KEY", "RESULT", "REASON", "MS", "EXIT", "DETAIL");
    for (KeyChecked each : results) {
      table.row(
          each.name(),
          each.ok() ? "ok" : "BAD",
          each.reason(),
          String.valueOf(each.millis()),
          each.exit().isEmpty() ? "-" : each.exit(),
          each.detail());
    }
    table.lines().forEach(main.out()::println);
    long good = results.stream().filter(KeyChecked::ok).count();
    main.out().println();
    main.out().println(good + " of " + results.size() + " keys are accepted");
    main.out().flush();
  }

  private static void write(JsonGenerator out, List<KeyChecked> results) throws IOException {
    out.writeStartArray();
    for (KeyChecked each : results) {
      out.writeStartObject();
      out.writeStringField("id", each.id());
      out.writeStringField("name", each.name());
      out.writeBooleanField("ok", each.ok());
      if (each.status() > 0) {
        out.writeNumberField("status", each.status());
      }
      out.writeStringField("reason", each.reason());
      if (!each.detail().isEmpty()) {
        out.writeStringField("detail", each.detail());
      }
      out.writeNumberField("ms", each.millis());
      if (!each.exit().isEmpty()) {
        out.writeStringField("exit", each.exit());
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
