package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The listener's certificate and TLS rules: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN, through
 * BoringSSL where it loads. Thread safe.
 */
public final class ServerTls {
  private volatile SslContext context;

  private ServerTls(SslContext context) {
    this.context = context;
  }

  /**
   * Reads the PEM files.
   *
   * @throws SSLException when a file cannot be read or the two do not belong together
   */
  public static ServerTls load(TlsFiles files) throws SSLException {
    try {
      SslContext context = context(files);
      if (!KeyPairCheck.matches(files.certificate(), files.privateKey())) {
        throw unusable(files, "they do not belong together", null);
      }
      return new ServerTls(context);
    } catch (IllegalArgumentException | IOException e) {
      throw e instanceof SSLException known ? known : unusable(files, e.getMessage(), e);
    }
  }

  /** Serves connections that begin from now on with the certificate of {@code newer}. */
  public void follow(ServerTls newer) {
    context = newer.context;
  }

  private static SSLException unusable(
      TlsFiles files, @Nullable String why, @Nullable Exception cause) {
    return new SSLException(
        "cannot use certificate "
            + files.certificate()
            + " with private key "
            + files.privateKey()
            + ": "
            + why,
        cause);
  }

  private static SslContext context(TlsFiles files) throws SSLException {
    return SslContextBuilder.forServer(files.certificate().toFile(), files.privateKey().toFile())
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }

  /** A handler for {@code channel}. */
  SslHandler handler(Channel channel, Duration handshake) {
    SslHandler handler = context.newHandler(channel.alloc());
    handler.setHandshakeTimeout(handshake.toNanos(), TimeUnit.NANOSECONDS);
    return handler;
  }
}
