package io.geminirelay.command;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which gateway a command asks, and with which token: its options, else the configuration. */
final class GatewayOptions {
  private static final String VARIABLE = "ADMIN_TOKEN";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Address of the gateway. Else the host and port of the configuration, else"
              + " http://127.0.0.1:8080.")
  private @Nullable URI url;

  @Option(names = "--token-file", paramLabel = "FILE", description = "File with the admin token.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--token-env",
      paramLabel = "NAME",
      description = "Environment variable with the admin token.")
  private @Nullable String tokenVariable;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "PEM certificates of authorities to trust, beside those of the platform. The certificate"
              + " of the configuration is trusted without, unless --url is given.")
  private @Nullable Path caFile;

  /**
   * Speaks to the gateway that is meant.
   *
   * @throws ConfigException if the configuration is needed, or named, and cannot be used
   */
  AdminClient client(ConfigSource source) throws ConfigException {
    ServerConfig server = configured(source);
    String token = token(source.environment(), server);
    return new AdminClient(address(server), token, trust(server));
  }

  /** Null where nothing is to be learnt from it: an unnamed file nobody asked to be read. */
  private @Nullable ServerConfig configured(ConfigSource source) throws ConfigException {
    boolean told =
        url != null && (tokenFile != null || tokenVariable != null || isSet(source.environment()));
    if (told && source.file() == null) {
      return null;
    }
    ConfigFile file = ConfigLoader.open(source);
    try {
      return ConfigLoader.load(source, file).config().server();
    } catch (ConfigException e) {
      // Without a file there need not be a configuration here at all.
      if (file.path() == null) {
        return null;
      }
      throw e;
    }
  }

  private static boolean isSet(Map<String, String> environment) {
    return !environment.getOrDefault(VARIABLE, "").isBlank();
  }

  private URI address(@Nullable ServerConfig server) {
    if (url == null) {
      return (server == null ? ServerConfig.STANDARD : server).localUrl();
    }
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    boolean usable =
        (scheme.equals("http") || scheme.equals("https"))
            && url.getHost() != null
            && url.getRawUserInfo() == null
            && url.getRawQuery() == null
            && url.getRawFragment() == null;
    if (!usable) {
      throw wrong("--url has to be like http://127.0.0.1:8080 or https://relay.example/prefix");
    }
    return url;
  }

  private SSLContext trust(@Nullable ServerConfig server) {
    Path own =
        url != null || server == null || server.tls() == null ? null : server.tls().certificate();
    try {
      return GatewayTrust.of(caFile, own);
    } catch (IllegalArgumentException e) {
      throw wrong("--ca-file: " + e.getMessage());
    } catch (IOException | GeneralSecurityException e) {
      throw wrong("the certificate of the configuration cannot be read: " + own);
    }
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
