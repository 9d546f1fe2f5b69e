package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a new client connection: the limit on their number, the PROXY header, TLS, and the
 * choice of HTTP version. Sharable.
 */
@ChannelHandler.Sharable
public final class ConnectionHandler extends ChannelInitializer<Channel> {
  private final ClientConnections connections;
  private final ClientLimits limits;
  private final Callers callers;
  private final @Nullable ServerTls tls;
  private final ProtocolChoice protocols;

  /**
   * Makes the handler of all connections of a listener.
   *
   * @param config the listening side
   * @param connections counts the connections
   * @param tls certificate of the listener, or null for plain text
   * @param stages gives what adds the request stages of the present configuration at the end of a
   *     pipeline: of an HTTP/1.1 connection, where they live until there are newer ones, or of an
   *     HTTP/2 stream
   */
  public ConnectionHandler(
      ServerConfig config,
      ClientConnections connections,
      @Nullable ServerTls tls,
      Supplier<Consumer<ChannelPipeline>> stages) {
    this.connections = connections;
    this.limits = config.limits();
    this.callers = new Callers(config);
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
    } else if (callers.expectsHeader(channel)) {
      ProxyHeaderHandler.install(channel.pipeline(), this::begin, limits.head());
    } else {
      begin(channel.pipeline());
    }
  }

  private void begin(ChannelPipeline pipeline) {
    if (tls != null) {
      pipeline.addLast("tls", tls.handler(pipeline.channel(), limits.head()));
      pipeline.addLast("alpn", new AlpnHandler(protocols));
    } else {
      pipeline.addLast("preface", new PrefaceHandler(protocols, limits.idle()));
    }
  }
}
