package io.geminirelay.testing;

import io.geminirelay.testing.sim.ConnectionSetup;
import io.geminirelay.testing.sim.GoogleApi;
import io.geminirelay.testing.sim.Journal;
import io.geminirelay.testing.sim.Quota;
import io.geminirelay.testing.sim.Quotas;
import io.geminirelay.testing.sim.Script;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A server on a free port of 127.0.0.1 that answers as Google's API does, or as scripted. */
public final class GeminiSimulator implements AutoCloseable {
  private final Script script = new Script();
  private final Journal journal = new Journal(true);
  private final Quotas quotas;
  private final GoogleApi api;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final Channel server;
  private final boolean tls;

  private GeminiSimulator(InstantSource clock, @Nullable SslContext tls, int port) {
    this.quotas = new Quotas(clock);
    this.api = new GoogleApi(quotas);
    this.tls = tls != null;
    this.server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(new ConnectionSetup(script, api, journal, tls, true, 1_000))
            .bind("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  /** Plain: HTTP/1.1, and HTTP/2 with prior knowledge. */
  public static GeminiSimulator plain(InstantSource clock) {
    return new GeminiSimulator(clock, null, 0);
  }

  /** The same on the port of one that was closed: the upstream that comes back. */
  public static GeminiSimulator plainAt(int port, InstantSource clock) {
    return new GeminiSimulator(clock, null, port);
  }

  /** TLS with HTTP/1.1 and HTTP/2 by ALPN. */
  public static GeminiSimulator tls(InstantSource clock, TestCertificates certificates) {
    try {
      SslContext context =
          SslContextBuilder.forServer(certificates.privateKey(), certificates.chain())
              .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      ApplicationProtocolConfig.Protocol.ALPN,
                      ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                      ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                      "h2",
                      "http/1.1"))
              .build();
      return new GeminiSimulator(clock, context, 0);
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Registers a key of a project; without any registered key every key is accepted. */
  public GeminiSimulator key(String key, String project) {
    api.key(key, project);
    return this;
  }

  /** Limits a project for a model, or for each model ({@code *}). */
  public GeminiSimulator quota(String project, String model, Quota quota) {
    quotas.limit(project, model, quota);
    return this;
  }

  /** The rules that come before the API's own answers. */
  public Script script() {
    return script;
  }

  /** What was received, answered and cancelled. */
  public Journal journal() {
    return journal;
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** Scheme, host and port, without a final slash. */
  public String baseUrl() {
    return (tls ? "https" : "http") + "://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    if (group.isShuttingDown()) {
      return;
    }
    server.close().syncUninterruptibly();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
