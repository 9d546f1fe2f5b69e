package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a new client connection: the limit on their number, TLS, and the choice of HTTP version.
 * Sharable.
 */
@ChannelHandler.Sharable
public final class ConnectionHandler extends ChannelInitializer<Channel> {
  private final ClientConnections connections;
  private final ClientLimits limits;
  private final @Nullable ServerTls tls;
  private final ProtocolChoice protocols;

  /**
   * Makes the handler of all connections of a listener.
   *
   * @param config the listening side
   * @param connections counts the connections
   * @param tls certificate of the listener, or null for plain text
   * @param stages adds the request stages at the end of a pipeline: of an HTTP/1.1 connection,
   *     where they live for many exchanges, or of an HTTP/2 stream
   */
  public ConnectionHandler(
      ServerConfig config,
      ClientConnections connections,
      @Nullable ServerTls tls,
      Consumer<ChannelPipeline> stages) {
    this.connections = connections;
    this.limits = config.limits();
    this.tls = tls;
    this.protocols =
        new ProtocolChoice(
            new Http1Connection(limits, stages),
            new Http2Connection(limits, config.drain(), stages));
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!connections.enter(channel)) {
      channel.close();
    } else if (tls != null) {
      channel.pipeline().addLast("tls", tls.handler(channel, limits.head()));
      channel.pipeline().addLast("alpn", new AlpnHandler(protocols));
    } else {
      channel.pipeline().addLast("preface", new PrefaceHandler(protocols, limits.idle()));
    }
  }
}
