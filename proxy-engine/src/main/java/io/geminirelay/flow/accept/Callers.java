package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.exchange.Caller;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tells where requests come from: from the other end of the connection, unless that is a trusted
 * proxy, which then says it itself, by a PROXY header in front of the connection or by headers of
 * the request. Immutable.
 */
public final class Callers implements BiFunction<Channel, HttpRequest, Caller> {
  private final TrustedProxies trusted;
  private final ForwardedCaller forwarded;
  private final boolean https;
  private final boolean proxyProtocol;

  /** Callers of a listener with this configuration. */
  public Callers(ServerConfig config) {
    this.trusted = new TrustedProxies(config.trust().proxies());
    this.forwarded = new ForwardedCaller(trusted);
    this.https = config.tls() != null;
    this.proxyProtocol = config.trust().proxyProtocol();
  }

  /** Where the request with {@code head} came from, which {@code channel} has received. */
  @Override
  public Caller apply(Channel channel, HttpRequest head) {
    Caller peer = peer(channel);
    InetAddress address = peer.address();
    // Headers behind a PROXY header without a client are that client's own.
    if (address == null || peer.hidden() || !trusted.trusts(address)) {
      return peer;
    }
    return forwarded.of(head, peer, address);
  }

  private Caller peer(Channel channel) {
    PeerHandler told = proxyProtocol ? PeerHandler.of(channel) : null;
    InetAddress socket = NodeAddress.of(channel.remoteAddress());
    return told != null ? told.caller(https, socket) : new Caller(socket, https, null);
  }

  /** The address whose connections are counted together; null where a trusted proxy's are not. */
  @Nullable InetAddress counted(Channel connection) {
    InetAddress address = NodeAddress.of(connection.remoteAddress());
    return address == null || trusted.trusts(address) ? null : address;
  }

  /** Whether a new connection has to begin with a PROXY header. */
  boolean expectsHeader(Channel connection) {
    @Nullable InetAddress address =
        proxyProtocol ? NodeAddress.of(connection.remoteAddress()) : null;
    return address != null && trusted.trusts(address);
  }
}
