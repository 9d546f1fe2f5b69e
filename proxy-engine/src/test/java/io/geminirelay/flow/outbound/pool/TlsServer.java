package io.geminirelay.flow.outbound.pool;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Netty server with TLS that offers the given protocols: HTTP/1.1 answers itself, HTTP/2 streams
 * go to the test, one by one.
 */
final class TlsServer implements AutoCloseable {
  /** How each handshake began, see {@link HelloWatch}. */
  final List<String> hellos = new CopyOnWriteArrayList<>();

  final AtomicInteger accepted = new AtomicInteger();
  final BlockingQueue<ChannelHandlerContext> streams = new LinkedBlockingQueue<>();
  final BlockingQueue<Long> resets = new LinkedBlockingQueue<>();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listening;

  TlsServer(X509Bundle certificate, long maxStreams, String... protocols) throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols))
            .build();
    listening =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted.incrementAndGet();
                    channel.pipeline().addLast(new HelloWatch(hellos::add));
                    channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                    channel.pipeline().addLast(negotiation(maxStreams));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  private ApplicationProtocolNegotiationHandler negotiation(long maxStreams) {
    return new ApplicationProtocolNegotiationHandler("http/1.1") {
      @Override
      protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
        if (protocol.equals("h2")) {
          ctx.pipeline()
              .addLast(
                  Http2FrameCodecBuilder.forServer()
                      .initialSettings(
                          Http2Settings.defaultSettings().maxConcurrentStreams(maxStreams))
                      .build(),
                  new Http2MultiplexHandler(
                      new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                          channel.pipeline().addLast(new StreamEnd());
                        }
                      }));
        } else {
          ctx.pipeline()
              .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Http1End());
        }
      }

      @Override
      protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
      }
    };
  }

  private final class StreamEnd extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2HeadersFrame) {
        streams.add(ctx);
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame reset) {
        resets.add(reset.errorCode());
      }
      ReferenceCountUtil.release(event);
    }
  }

  private static final class Http1End extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      DefaultFullHttpResponse answer =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              Unpooled.wrappedBuffer("one".getBytes(StandardCharsets.US_ASCII)));
      answer.headers().set("content-length", 3);
      ctx.writeAndFlush(answer);
    }
  }

  ChannelHandlerContext stream() throws InterruptedException {
    ChannelHandlerContext stream = streams.poll(10, TimeUnit.SECONDS);
    if (stream == null) {
      throw new AssertionError("no stream came");
    }
    return stream;
  }

  static void answer(ChannelHandlerContext stream, int bytes, boolean end) {
    head(stream);
    piece(stream, bytes, end);
  }

  static void head(ChannelHandlerContext stream) {
    stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
  }

  static void piece(ChannelHandlerContext stream, int bytes, boolean end) {
    stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[bytes]), end));
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }
}
