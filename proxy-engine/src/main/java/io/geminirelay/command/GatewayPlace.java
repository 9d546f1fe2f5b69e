package io.geminirelay.command;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which gateway a command asks, and whom it believes to be it: options, else the configuration. */
final class GatewayPlace {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Address of the gateway. Else the host and port of the configuration, else"
              + " http://127.0.0.1:8080.")
  private @Nullable URI url;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "PEM certificates of authorities to trust, beside those of the platform. The certificate"
              + " of the configuration is trusted without, unless --url is given.")
  private @Nullable Path caFile;

  /**
   * Where the gateway is.
   *
   * @param server its configuration, or null where that was not read
   * @param address without what every page has in its path
   * @param trust knows it by its certificate
   */
  record Found(@Nullable ServerConfig server, URI address, SSLContext trust) {}

  /**
   * Finds the gateway that is meant.
   *
   * @param more whether the caller wants something else of the configuration
   * @throws ConfigException if the configuration is needed, or named, and cannot be used
   */
  Found find(ConfigSource source, boolean more) throws ConfigException {
    ServerConfig server = configured(source, more);
    return new Found(server, address(server), trust(server));
  }

  /** Null where nothing is to be learnt from it: an unnamed file nobody asked to be read. */
  private @Nullable ServerConfig configured(ConfigSource source, boolean more)
      throws ConfigException {
    if (url != null && !more && source.file() == null) {
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

  private ParameterException wrong(String why) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), why);
  }
}
