package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.TrustRoots;
import io.geminirelay.base.config.UpstreamProtocol;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The client side of TLS: one context for each CA file and protocol choice, kept for good.
 *
 * <p>BoringSSL where its library loads, otherwise the JDK. TLS 1.2 and newer; certificates and host
 * names are always verified (RFC 9110 section 4.3.4); a CA file adds to the platform's roots.
 * Sessions are resumed through the context. Thread safe; {@link #prepare} does the file reading, so
 * call it before the first connection, off the event loops.
 */
public final class UpstreamTls {
  private final ConcurrentHashMap<Key, SslContext> contexts = new ConcurrentHashMap<>();

  /** Null protocol: no ALPN, as towards an {@code https} proxy. */
  private record Key(@Nullable Path caFile, @Nullable UpstreamProtocol protocol) {}

  /**
   * Builds the contexts that targets with {@code caFile} and {@code protocol} need, and the one for
   * {@code https} proxies in front of them.
   *
   * @throws IllegalArgumentException if the file is unreadable or holds no certificate
   */
  public void prepare(@Nullable Path caFile, UpstreamProtocol protocol) {
    forTarget(caFile, protocol);
    forProxy(caFile);
  }

  SslContext forTarget(@Nullable Path caFile, UpstreamProtocol protocol) {
    return contexts.computeIfAbsent(new Key(caFile, protocol), UpstreamTls::build);
  }

  SslContext forProxy(@Nullable Path caFile) {
    return contexts.computeIfAbsent(new Key(caFile, null), UpstreamTls::build);
  }

  private static SslContext build(Key key) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .endpointIdentificationAlgorithm("HTTPS");
      if (key.caFile() != null) {
        builder.trustManager(TrustRoots.with(key.caFile()));
      }
      if (key.protocol() != null) {
        builder.applicationProtocolConfig(alpn(key.protocol()));
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static ApplicationProtocolConfig alpn(UpstreamProtocol protocol) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        switch (protocol) {
          case AUTO ->
              new String[] {ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1};
          case HTTP_1_1 -> new String[] {ApplicationProtocolNames.HTTP_1_1};
          case HTTP_2 -> new String[] {ApplicationProtocolNames.HTTP_2};
        });
  }
}
