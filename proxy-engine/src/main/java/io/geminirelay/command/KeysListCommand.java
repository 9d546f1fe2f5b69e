package io.geminirelay.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.RelayCommand;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyRing;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Prints the keys of the configuration by their names; asks nobody. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List the keys of the configuration: names only, nobody is asked.",
    footer = {"", "Example:", "  gemini-relay keys list --json"})
final class KeysListCommand implements Callable<Integer> {
  @ParentCommand private @Nullable KeysCommand keys;

  @Option(names = "--group", paramLabel = "NAME", description = "Only keys of this group.")
  private @Nullable String group;

  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    RelayCommand main = Objects.requireNonNull(keys).main();
    EngineConfig config = main.load().config();
    KeyRing ring = KeyRing.of(config.groups(), config.keys(), TimeSource.SYSTEM, new Random());
    List<ApiKey> all = Objects.requireNonNull(keys).find(ring, group, List.of());
    if (json) {
      JsonText.print(main.out(), out -> write(out, all));
      return Exit.OK;
    }
    Table table = new Table("KEY", "GROUP", "PROJECT", "WEIGHT", "SOURCE");
    for (ApiKey key : all) {
      String project = key.project();
      table.row(
          key.name(),
          key.group(),
          project == null ? "-" : project,
          String.valueOf(key.weight()),
          KeyNames.source(key));
    }
    table.lines().forEach(main.out()::println);
    main.out().flush();
    return Exit.OK;
  }

  private static void write(JsonGenerator out, List<ApiKey> all) throws IOException {
    out.writeStartArray();
    for (ApiKey key : all) {
      out.writeStartObject();
      out.writeStringField("id", key.secret().fingerprint());
      out.writeStringField("name", key.name());
      out.writeStringField("group", key.group());
      String project = key.project();
      if (project != null) {
        out.writeStringField("project", project);
      }
      out.writeNumberField("weight", key.weight());
      out.writeStringField("source", KeyNames.source(key));
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
