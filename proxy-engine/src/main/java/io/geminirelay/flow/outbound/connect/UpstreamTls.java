package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.FileStamp;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.TrustRoots;
import io.geminirelay.base.config.UpstreamProtocol;
import io.netty.channel.Channel;
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
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The client side of TLS: one context for each CA file and protocol choice, kept for as long as the
 * file stays as it is.
 *
 * <p>BoringSSL where its library loads, otherwise the JDK. TLS 1.2 and newer; certificates and host
 * names are always verified (RFC 9110 section 4.3.4); a CA file adds to the platform's roots.
 * Sessions are resumed within a context and an exit, never across exits: a ticket that went out
 * through one and comes back through another would tell the target that both are one client (RFC
 * 8446 appendix C.4). Thread safe; {@link #prepared} does the file reading, so call it before the
 * first connection, off the event loops, then {@link #use} what it made.
 */
public final class UpstreamTls {
  private static final int PORT_BITS = 16;
  private static final int MOST_EXITS = (1 << (Integer.SIZE - 1 - PORT_BITS)) - 1;

  /** Numbers of exits in use; gone with the configurations that named them. Guarded by itself. */
  private final Map<EgressConfig, Integer> exits = new WeakHashMap<>();

  private int lastExit;
  private volatile Contexts contexts = new Contexts(Map.of());

  /** Null protocol: no ALPN, as towards an {@code https} proxy. */
  private record Key(@Nullable Path caFile, @Nullable UpstreamProtocol protocol) {

    /** Written out: what a record has by itself is made at every start, which takes 10 ms. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that
          && Objects.equals(caFile, that.caFile)
          && protocol == that.protocol;
    }

    @Override
    public int hashCode() {
      return Objects.hashCode(caFile) * 31 + Objects.hashCode(protocol);
    }
  }

  /** A context, and the CA file as it was when the context was made of it. */
  private record Built(SslContext context, @Nullable FileStamp stamp) {}

  /** Contexts for certain targets. Immutable. */
  public static final class Contexts {
    private final Map<Key, Built> built;

    private Contexts(Map<Key, Built> built) {
      this.built = built;
    }
  }

  /**
   * Builds the contexts that {@code targets} need, and those for {@code https} proxies in front of
   * them. They are not in use yet. What is in use stays the same where its file did.
   *
   * @throws IllegalArgumentException if a CA file is unreadable or holds no certificate
   */
  public Contexts prepared(Collection<TargetConfig> targets) {
    Map<Key, Built> next = new HashMap<>();
    Map<Key, Built> now = contexts.built;
    for (TargetConfig target : targets) {
      Path caFile = target.caFile();
      next.computeIfAbsent(new Key(caFile, target.protocol()), key -> built(key, now.get(key)));
      next.computeIfAbsent(new Key(caFile, null), key -> built(key, now.get(key)));
      if (target.protocol() == UpstreamProtocol.AUTO) {
        // For one that is asked by ALPN, and requires HTTP/1.1 later.
        Key old = new Key(caFile, UpstreamProtocol.HTTP_1_1);
        next.computeIfAbsent(old, key -> built(key, now.get(key)));
      }
    }
    return new Contexts(Map.copyOf(next));
  }

  /**
   * Makes connections with {@code next} from now on; those that are open stay. What {@code next}
   * does not name stays as well: requests that began with a former configuration may connect with
   * it, and an event loop must not read files.
   */
  public synchronized void use(Contexts next) {
    Map<Key, Built> all = new HashMap<>(contexts.built);
    all.putAll(next.built);
    contexts = new Contexts(Map.copyOf(all));
  }

  SslContext forTarget(@Nullable Path caFile, UpstreamProtocol protocol) {
    return find(new Key(caFile, protocol));
  }

  SslContext forProxy(@Nullable Path caFile) {
    return find(new Key(caFile, null));
  }

  /**
   * A handler for {@code channel}, on whose way {@code egress} is, if any; its sessions are those
   * of that way.
   *
   * <p>Contexts look sessions up by host and port, and the port serves for nothing else (see {@link
   * javax.net.ssl.SSLContext#createSSLEngine(String, int)}). So another number in its place keeps
   * sessions apart, where a context for each exit would hold all that a context holds as often.
   */
  SslHandler handler(
      SslContext context, Channel channel, String host, int port, @Nullable EgressConfig egress) {
    return context.newHandler(
        channel.alloc(), host, egress == null ? port : numberOf(egress) << PORT_BITS | port);
  }

  /** From 1, as 0 beside a port is the direct way; begins anew where no more fit beside a port. */
  private int nextExit() {
    lastExit = lastExit % MOST_EXITS + 1;
    return lastExit;
  }

  private int numberOf(EgressConfig egress) {
    synchronized (exits) {
      return exits.computeIfAbsent(egress, unknown -> nextExit());
    }
  }

  private SslContext find(Key key) {
    Built found = contexts.built.get(key);
    return found == null ? build(key) : found.context;
  }

  private static Built built(Key key, @Nullable Built before) {
    Path caFile = key.caFile();
    FileStamp stamp = caFile == null ? null : stamp(caFile);
    if (before != null && Objects.equals(stamp, before.stamp)) {
      return before;
    }
    return new Built(build(key), stamp);
  }

  private static FileStamp stamp(Path caFile) {
    try {
      return FileStamp.of(caFile);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          caFile + " cannot be read as PEM certificates: " + e.getMessage(), e);
    }
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
