package io.geminirelay.testing.sim;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** Builds the pipeline of an accepted connection: TLS and ALPN, or a look at the first bytes. */
public final class ConnectionSetup extends ChannelInitializer<Channel> {
  private static final int LARGEST_HEAD_BYTES = 1 << 20;
  private static final int STREAM_WINDOW_BYTES = 1 << 20;

  private final Responder responder;
  private final @Nullable SslContext tls;
  private final boolean http2;
  private final int streamsPerConnection;

  /** The parts every connection needs. */
  public ConnectionSetup(
      Script script,
      GoogleApi api,
      Journal journal,
      @Nullable SslContext tls,
      boolean http2,
      int streamsPerConnection) {
    this.responder = new Responder(script, api, journal);
    this.tls = tls;
    this.http2 = http2;
    this.streamsPerConnection = streamsPerConnection;
  }

  /** This set-up, which also notes each connection in the group. */
  public ChannelInitializer<Channel> registering(ChannelGroup connections) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        connections.add(channel);
        ConnectionSetup.this.initChannel(channel);
      }
    };
  }

  @Override
  protected void initChannel(Channel channel) {
    responder.journal().connectionOpened();
    channel.closeFuture().addListener(future -> responder.journal().connectionClosed());
    ChannelPipeline pipeline = channel.pipeline();
    if (tls != null) {
      pipeline.addLast(tls.newHandler(channel.alloc()), new AlpnHandler());
    } else if (http2) {
      pipeline.addLast(new PrefaceHandler());
    } else {
      http1(pipeline);
    }
  }

  private void http1(ChannelPipeline pipeline) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LARGEST_HEAD_BYTES)
            .setMaxHeaderSize(LARGEST_HEAD_BYTES)
            .setMaxChunkSize(64 * 1024);
    pipeline.addLast(new HttpServerCodec(config), new Http1Handler(responder));
  }

  private void http2(ChannelPipeline pipeline) {
    Http2Settings settings =
        Http2Settings.defaultSettings()
            .initialWindowSize(STREAM_WINDOW_BYTES)
            .maxConcurrentStreams(streamsPerConnection)
            .maxHeaderListSize(LARGEST_HEAD_BYTES);
    pipeline.addLast(
        Http2FrameCodecBuilder.forServer()
            .initialSettings(settings)
            .gracefulShutdownTimeoutMillis(0)
            .build(),
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new Http2Handler(responder));
              }
            }),
        new QuietEndHandler());
  }

  /** Goes on with the protocol that the TLS handshake agreed on. */
  private final class AlpnHandler extends ApplicationProtocolNegotiationHandler {
    AlpnHandler() {
      super(ApplicationProtocolNames.HTTP_1_1);
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        http2(ctx.pipeline());
      } else {
        http1(ctx.pipeline());
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      responder.journal().malformed("TLS: " + cause.getMessage());
      ctx.close();
    }
  }

  /** Tells HTTP/2 with prior knowledge from HTTP/1.1: no method but PRI begins with these bytes. */
  private final class PrefaceHandler extends io.netty.handler.codec.ByteToMessageDecoder {
    @Override
    protected void decode(
        ChannelHandlerContext ctx, io.netty.buffer.ByteBuf in, java.util.List<Object> out) {
      if (in.readableBytes() < 3) {
        return;
      }
      boolean preface = in.getMedium(in.readerIndex()) == 0x505249;
      if (preface) {
        http2(ctx.pipeline());
      } else {
        http1(ctx.pipeline());
      }
      ctx.pipeline().remove(this);
    }
  }

  /** Last on HTTP/2 connections: drops what no one wants, so that nothing is logged for a cut. */
  private static final class QuietEndHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
