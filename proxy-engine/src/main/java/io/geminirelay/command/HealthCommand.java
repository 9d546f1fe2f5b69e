package io.geminirelay.command;

import io.geminirelay.RelayCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Asks a gateway whether it serves: what a container's health check runs, where no shell is. */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = "Ask a running gateway whether it serves. Needs no token.",
    footer = {
      "",
      "The configuration is read if no --url is given.",
      "",
      "Examples:",
      "  gemini-relay health",
      "  gemini-relay health --url http://127.0.0.1:8080"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it serves",
      "1:it does not: no answer, draining, or no usable key",
      "2:wrong arguments",
      "3:the configuration is not valid"
    })
public final class HealthCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @ParentCommand private @Nullable RelayCommand main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final GatewayPlace gateway = new GatewayPlace();

  @Override
  public Integer call() throws Exception {
    GatewayPlace.Found found = gateway.find(Objects.requireNonNull(main).source(), false);
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .sslContext(found.trust())
            .build();
    String base = found.address().toString();
    URI page = URI.create(base + (base.endsWith("/") ? "" : "/") + "health");
    try {
      HttpResponse<InputStream> answer =
          http.send(
              HttpRequest.newBuilder(page).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      // The head says it all, and the patience ends with it.
      answer.body().close();
      return answer.statusCode() == 200
          ? Exit.OK
          : fail(base + " answered " + answer.statusCode() + ": it does not serve");
    } catch (IOException e) {
      String why = e.getMessage();
      return fail("no answer from " + base + (why == null ? "" : ": " + why));
    }
  }

  private int fail(String why) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("gemini-relay: " + Table.printable(why));
    err.flush();
    return Exit.FAILED;
  }
}
