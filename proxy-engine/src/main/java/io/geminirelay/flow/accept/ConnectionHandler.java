package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.net.InetAddress;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a new client connection: where its buffers come from, the limits on their number and on
 * slow readers, the PROXY header, TLS, and the choice of HTTP version. Sharable.
 */
@ChannelHandler.Sharable
public final class ConnectionHandler extends ChannelInitializer<Channel> {
  private final ClientConnections connections;
  private final @Nullable ServerTls tls;
  private final Supplier<Consumer<ChannelPipeline>> stages;
  private final ByteBufAllocator buffers;
  private volatile Rules rules;

  /** What a configuration says about a connection; it keeps what it began with. */
  private record Rules(ClientLimits limits, Callers callers, ProtocolChoice protocols) {
    static Rules of(
        ServerConfig config,
        ClientConnections connections,
        Supplier<Consumer<ChannelPipeline>> stages) {
      ClientLimits limits = config.limits();
      return new Rules(
          limits,
          new Callers(config),
          new ProtocolChoice(
              new Http1Connection(limits, stages),
              new Http2Connection(config, connections, stages)));
    }
  }

  /**
   * Makes the handler of all connections of a listener.
   *
   * @param config the listening side
   * @param connections counts the connections
   * @param tls certificate of the listener, or null for plain text
   * @param stages gives what adds the request stages of the present configuration at the end of a
   *     pipeline: of an HTTP/1.1 connection, where they live until there are newer ones, or of an
   *     HTTP/2 stream
   * @param buffers where the buffers of connections come from
   */
  public ConnectionHandler(
      ServerConfig config,
      ClientConnections connections,
      @Nullable ServerTls tls,
      Supplier<Consumer<ChannelPipeline>> stages,
      ByteBufAllocator buffers) {
    this.buffers = buffers;
    this.connections = connections;
    this.tls = tls;
    this.stages = stages;
    this.rules = Rules.of(config, connections, stages);
  }

  /**
   * Prepares connections that begin from now on by {@code config}, but for TLS, which stays as it
   * was.
   */
  void follow(ServerConfig config) {
    rules = Rules.of(config, connections, stages);
  }

  @Override
  protected void initChannel(Channel channel) {
    Rules now = rules;
    channel.config().setAllocator(buffers);
    if (!enter(channel, now)) {
      // With RST: who is turned away is to try elsewhere at once, and no state of it stays here.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
      return;
    }
    channel
        .pipeline()
        .addLast("send", new SendTimeoutHandler(now.limits(), connections.refusals()));
    if (now.callers().expectsHeader(channel)) {
      ProxyHeaderHandler.install(
          channel.pipeline(), pipeline -> begin(pipeline, now), now.limits().head());
    } else {
      begin(channel.pipeline(), now);
    }
  }

  private boolean enter(Channel channel, Rules now) {
    int most = now.limits().connectionsPerAddress();
    InetAddress address = now.callers().counted(channel);
    return address == null ? connections.enter(channel) : connections.enter(channel, address, most);
  }

  private void begin(ChannelPipeline pipeline, Rules now) {
    ClientLimits limits = now.limits();
    if (tls != null) {
      pipeline.addLast("tls", tls.handler(pipeline.channel(), limits.head()));
      pipeline.addLast("alpn", new AlpnHandler(now.protocols()));
    } else {
      pipeline.addLast("preface", new PrefaceHandler(now.protocols(), limits.idle()));
    }
  }
}
