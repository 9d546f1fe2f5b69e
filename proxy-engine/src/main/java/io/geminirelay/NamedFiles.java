package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.geminirelay.flow.accept.ServerTls;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What was read from the files that a configuration names. Immutable.
 *
 * @param counters what tokens are counted with
 * @param upstream for connections to targets
 * @param listener the listener's certificate; null for plain text
 */
record NamedFiles(Counters counters, UpstreamTls.Contexts upstream, @Nullable ServerTls listener) {

  /**
   * Reads those of {@code config}, but for what {@code before} and {@code tls} have and that is the
   * same still. Blocking.
   *
   * @param tls what is in use
   * @throws IOException if a vocabulary cannot be read, or the listener's certificate or key cannot
   *     be used
   * @throws IllegalArgumentException if a CA file cannot be used
   */
  static NamedFiles read(EngineConfig config, UpstreamTls tls, @Nullable Counters before)
      throws IOException {
    TlsFiles files = config.server().tls();
    return new NamedFiles(
        Counters.of(config.guard(), before),
        tls.prepared(config.groups().stream().map(GroupConfig::target).toList()),
        files == null ? null : ServerTls.load(files));
  }
}
