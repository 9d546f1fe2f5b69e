package io.geminirelay.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to 127.0.0.1: with prior knowledge, or chosen by ALPN over TLS. Waits ten
 * seconds at most wherever it waits. Thread-safe.
 */
public final class TestHttp2Client implements AutoCloseable {
  private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicLong goAwayCode = new AtomicLong(-1);
  private final String authority;
  private final String scheme;
  private final Channel channel;

  private TestHttp2Client(int port, @Nullable SslContext tls, int windowBytes) {
    this.authority = "127.0.0.1:" + port;
    this.scheme = tls == null ? "http" : "https";
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(new Setup(tls, port, windowBytes));
    try {
      channel = bootstrap.connect("127.0.0.1", port).syncUninterruptibly().channel();
      requireHttp2(tls != null);
      // Wide, so that a stream that is not read does not hold up the others.
      channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW_BYTES));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Connects without TLS, with prior knowledge. */
  public static TestHttp2Client plain(int port) {
    return plain(port, 65_535);
  }

  /** The same with another receive window for each stream, in bytes. */
  public static TestHttp2Client plain(int port, int windowBytes) {
    return new TestHttp2Client(port, null, windowBytes);
  }

  /** Connects with TLS, trusting this authority alone; fails unless ALPN agrees on h2. */
  public static TestHttp2Client tls(int port, Path caFile) {
    ApplicationProtocolConfig alpn =
        new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            "h2",
            "http/1.1");
    try {
      SslContext context =
          SslContextBuilder.forClient()
              .trustManager(caFile.toFile())
              .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
              .applicationProtocolConfig(alpn)
              .build();
      return new TestHttp2Client(port, context, 65_535);
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void requireHttp2(boolean secured) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (secured && tls == null) {
      // A closed channel has lost its handlers: the handshake was over before it was asked for.
      throw new IllegalStateException("the handshake failed");
    }
    if (tls != null) {
      tls.handshakeFuture().syncUninterruptibly();
      if (!"h2".equals(tls.applicationProtocol())) {
        throw new AssertionError("ALPN chose " + tls.applicationProtocol());
      }
    }
  }

  private final class Setup extends ChannelInitializer<Channel> {
    private final @Nullable SslContext tls;
    private final int port;
    private final int windowBytes;

    Setup(@Nullable SslContext tls, int port, int windowBytes) {
      this.tls = tls;
      this.port = port;
      this.windowBytes = windowBytes;
    }

    @Override
    protected void initChannel(Channel connection) {
      if (tls != null) {
        connection.pipeline().addLast(tls.newHandler(connection.alloc(), "127.0.0.1", port));
      }
      Http2Settings settings =
          Http2Settings.defaultSettings().initialWindowSize(windowBytes).pushEnabled(false);
      connection
          .pipeline()
          .addLast(
              Http2FrameCodecBuilder.forClient()
                  .initialSettings(settings)
                  .gracefulShutdownTimeoutMillis(0)
                  .build(),
              new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
              new LastHandler());
    }
  }

  /** Notes GOAWAY and drops the rest of what concerns the connection. */
  private final class LastHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2GoAwayFrame frame) {
        goAwayCode.set(frame.errorCode());
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /**
   * Opens a stream and sends the head; the request ends with it if {@code ends}. Host and scheme
   * are told as pseudo headers.
   */
  public Http2Exchange open(String method, String path, List<Header> headers, boolean ends) {
    Http2Exchange exchange = new Http2Exchange();
    new Http2StreamChannelBootstrap(channel)
        .handler(exchange.handler())
        .open()
        .syncUninterruptibly();
    List<Header> all = new ArrayList<>();
    all.add(new Header(":method", method));
    all.add(new Header(":scheme", scheme));
    all.add(new Header(":authority", authority));
    all.add(new Header(":path", path));
    all.addAll(headers);
    exchange.sendHead(all, ends);
    return exchange;
  }

  /** Opens a stream and sends a whole request. */
  public Http2Exchange request(
      String method, String path, List<Header> headers, byte @Nullable [] body) {
    Http2Exchange exchange = open(method, path, headers, body == null);
    if (body != null) {
      exchange.send(body, true);
    }
    return exchange;
  }

  /** Sends a request and waits for the whole answer. */
  public Response exchange(
      String method, String path, List<Header> headers, byte @Nullable [] body) {
    return request(method, path, headers, body).response();
  }

  /** Posts a JSON text and waits for the whole answer. */
  public Response post(String path, String json, String... headerNamesAndValues) {
    List<Header> headers = new ArrayList<>(Header.list(headerNamesAndValues));
    headers.add(new Header("content-type", "application/json"));
    return exchange("POST", path, headers, json.getBytes(StandardCharsets.UTF_8));
  }

  /** The code of the last GOAWAY that came, or -1. */
  public long goAwayCode() {
    return goAwayCode.get();
  }

  public boolean isOpen() {
    return channel.isOpen();
  }

  /** Waits until the connection is closed, by whichever side. */
  public void awaitClosed() {
    if (!channel.closeFuture().awaitUninterruptibly(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the connection is still open");
    }
  }

  /** Closes with a TCP reset. */
  public void abort() {
    channel.eventLoop().submit(() -> resetNow()).syncUninterruptibly();
    awaitClosed();
  }

  private void resetNow() {
    channel.config().setOption(io.netty.channel.ChannelOption.SO_LINGER, 0);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
