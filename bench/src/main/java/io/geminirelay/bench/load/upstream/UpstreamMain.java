package io.geminirelay.bench.load.upstream;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The upstream of a load run, in a process of its own: one event loop, answers as lean as can be,
 * HTTP/1.1 and HTTP/2 on each port. Ends when its standard input does.
 */
public final class UpstreamMain {
  private static final int BACKLOG = 16_384;

  private UpstreamMain() {}

  /**
   * Listens on port {@code args[0]} of this machine; with TLS on {@code args[1]}, if there are a
   * certificate and its key in {@code args[2]} and {@code args[3]}.
   */
  public static void main(String[] args) throws Exception {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    if (args.length == 4) {
      listen(loop, Integer.parseInt(args[1]), tls(new File(args[2]), new File(args[3])));
    }
    listen(loop, Integer.parseInt(args[0]), null);
    while (System.in.read() >= 0) {
      // Only the end matters: the parent has gone or wants us gone.
    }
    System.exit(0);
  }

  private static SslContext tls(File certificate, File key) throws Exception {
    return SslContextBuilder.forServer(certificate, key)
        .sslProvider(SslProvider.OPENSSL)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }

  private static void listen(EventLoopGroup loop, int port, @Nullable SslContext tls) {
    new ServerBootstrap()
        .group(loop)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                if (tls != null) {
                  channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                }
                channel.pipeline().addLast(new ProtocolHandler());
              }
            })
        .bind(InetAddress.getLoopbackAddress(), port)
        .syncUninterruptibly();
  }
}
