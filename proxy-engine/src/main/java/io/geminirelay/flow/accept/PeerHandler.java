package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.Caller;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Keeps in the pipeline of a connection what its PROXY header has told; takes no part in the
 * traffic. Immutable.
 */
final class PeerHandler extends ChannelHandlerAdapter {
  static final String NAME = "peer";

  private final @Nullable InetAddress address;
  private final boolean overTls;

  /**
   * Keeps the address of the client, null where the proxy did not tell it, and whether it came to
   * the proxy over TLS.
   */
  PeerHandler(@Nullable InetAddress address, boolean overTls) {
    this.address = address;
    this.overTls = overTls;
  }

  /** The one of {@code channel}'s connection, which for an HTTP/2 stream is its parent's. */
  static @Nullable PeerHandler of(Channel channel) {
    PeerHandler own = (PeerHandler) channel.pipeline().get(NAME);
    Channel connection = channel.parent();
    return own != null || connection == null ? own : (PeerHandler) connection.pipeline().get(NAME);
  }

  /** The client of a listener that speaks TLS itself or not, on a socket from {@code proxy}. */
  Caller caller(boolean https, @Nullable InetAddress proxy) {
    InetAddress known = address == null ? proxy : address;
    return new Caller(known, https || overTls, null, address == null);
  }
}
