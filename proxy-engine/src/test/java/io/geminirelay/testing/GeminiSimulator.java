package io.geminirelay.testing;

import io.geminirelay.testing.sim.ConnectionSetup;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.GoogleApi;
import io.geminirelay.testing.sim.Journal;
import io.geminirelay.testing.sim.Quota;
import io.geminirelay.testing.sim.Quotas;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.Script;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A server on 127.0.0.1 that answers as Google's API does, or as scripted. */
public final class GeminiSimulator implements AutoCloseable {
  private final Script script = new Script();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final SimulatorOptions options;
  private final Journal journal;
  private final Quotas quotas;
  private final GoogleApi api;
  private final EventLoopGroup group;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private GeminiSimulator(SimulatorOptions options) {
    this.options = options;
    this.journal = new Journal(options.keepsRequests());
    this.quotas = new Quotas(options.clock());
    this.api = new GoogleApi(quotas);
    this.group = options.transport().group().get();
    this.server = bind();
  }

  private Channel bind() {
    ConnectionSetup setup =
        new ConnectionSetup(
            script, api, journal, tlsContext(), options.http2(), options.streamsPerConnection());
    try {
      return new ServerBootstrap()
          .group(group)
          .channel(options.transport().channel())
          .childHandler(setup.registering(channels))
          .bind("127.0.0.1", options.port())
          .syncUninterruptibly()
          .channel();
    } catch (RuntimeException | Error e) {
      endGroup();
      throw e;
    }
  }

  /** Starts with these options. */
  public static GeminiSimulator start(SimulatorOptions options) {
    return new GeminiSimulator(options);
  }

  /** Plain: HTTP/1.1, and HTTP/2 with prior knowledge. */
  public static GeminiSimulator plain(InstantSource clock) {
    return start(SimulatorOptions.with(clock));
  }

  /** The same on the port of one that was closed: the upstream that comes back. */
  public static GeminiSimulator plainAt(int port, InstantSource clock) {
    return start(SimulatorOptions.with(clock).port(port));
  }

  /** TLS with HTTP/1.1 and HTTP/2 by ALPN. */
  public static GeminiSimulator tls(InstantSource clock, TestCertificates certificates) {
    return start(SimulatorOptions.with(clock).tls(certificates));
  }

  /** An upstream to show things with, on a free port. */
  public static GeminiSimulator demo() {
    return demo(SimulatorOptions.with(InstantSource.system()).countingOnly());
  }

  /**
   * An upstream to show things with: a key that has spent its day, then three keys with 5, 10 and
   * 15 requests a minute for each model, and an event of a stream every 30 milliseconds.
   */
  public static GeminiSimulator demo(SimulatorOptions options) {
    GeminiSimulator simulator = start(options);
    String spent = "AIzaDemoKeyWithNothingLeftToday00000000";
    simulator.key(spent, "demo-project-0");
    for (int i = 1; i <= 3; i++) {
      simulator.key("AIzaDemoKeyNumber" + i + "000000000000000000000", "demo-project-" + i);
      simulator.quota("demo-project-" + i, "*", Quota.of(5L * i, -1));
    }
    simulator
        .script()
        .always(Reaction.usual(answer -> answer.paced(Duration.ofMillis(30))))
        .whenKey(spent, Errors.tooManyRequestsPerDay());
    return simulator;
  }

  private @Nullable SslContext tlsContext() {
    TestCertificates certificates = options.certificates();
    if (certificates == null) {
      return null;
    }
    String[] protocols =
        options.http2() ? new String[] {"h2", "http/1.1"} : new String[] {"http/1.1"};
    try {
      return SslContextBuilder.forServer(certificates.privateKey(), certificates.chain())
          .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  ApplicationProtocolConfig.Protocol.ALPN,
                  ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                  ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                  protocols))
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Registers a key of a project; without any registered key every key is accepted. */
  public GeminiSimulator key(String key, String project) {
    keys.add(key);
    api.key(key, project);
    return this;
  }

  /** The registered keys, in order. */
  public List<String> keys() {
    return List.copyOf(keys);
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
    return (options.certificates() != null ? "https" : "http") + "://127.0.0.1:" + port();
  }

  /** Closes all connections at once but goes on accepting new ones. */
  public void dropConnections() {
    channels.close().awaitUninterruptibly();
  }

  /** Stops listening and closes all connections; a second time does nothing. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    server.close().syncUninterruptibly();
    channels.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    endGroup();
  }

  private void endGroup() {
    if (options.transport().ownsGroup()) {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
