package io.geminirelay.command;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which gateway a command asks, and with which token: its options, else the configuration. */
final class GatewayOptions {
  private static final String VARIABLE = "ADMIN_TOKEN";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Mixin private final GatewayPlace place = new GatewayPlace();

  @Option(names = "--token-file", paramLabel = "FILE", description = "File with the admin token.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--token-env",
      paramLabel = "NAME",
      description = "Environment variable with the admin token.")
  private @Nullable String tokenVariable;

  /**
   * Speaks to the gateway that is meant.
   *
   * @throws ConfigException if the configuration is needed, or named, and cannot be used
   */
  AdminClient client(ConfigSource source) throws ConfigException {
    boolean told = tokenFile != null || tokenVariable != null || isSet(source.environment());
    GatewayPlace.Found found = place.find(source, !told);
    return new AdminClient(
        found.address(), token(source.environment(), found.server()), found.trust());
  }

  private static boolean isSet(Map<String, String> environment) {
    return !environment.getOrDefault(VARIABLE, "").isBlank();
  }

  private String token(Map<String, String> environment, @Nullable ServerConfig server) {
    if (tokenFile != null) {
      return checked(read(tokenFile), "--token-file " + tokenFile);
    }
    if (tokenVariable != null) {
      // Not repeated: it may be the token itself, given by mistake.
      return checked(environment.get(tokenVariable), "the variable of --token-env");
    }
    if (isSet(environment)) {
      return checked(environment.get(VARIABLE), "$" + VARIABLE);
    }
    Secret configured = server == null ? null : server.adminToken();
    return checked(
        configured == null ? null : configured.reveal(), "server.admin_token of the configuration");
  }

  /** The token alone; what cannot be sent is refused here, since others would show it in full. */
  private String checked(@Nullable String found, String source) {
    if (found == null || found.isBlank()) {
      throw wrong("no admin token: give --token-file, --token-env or $" + VARIABLE);
    }
    String token = found.strip();
    if (token.indexOf('\n') >= 0 || token.indexOf('\r') >= 0) {
      throw wrong(source + " has more than one line; it has to hold the admin token alone");
    }
    if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw wrong(
          source + " has blanks or other signs than visible ASCII; no admin token is like that");
    }
    return token;
  }

  private String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw wrong("cannot read --token-file " + file);
    }
  }

  private ParameterException wrong(String why) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), why);
  }
}
