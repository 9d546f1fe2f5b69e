package io.geminirelay.flow.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends HTTP/2 connections with GOAWAY: idle ones after their time, all of them when the gateway
 * stops.
 *
 * <p>Last in the connection's pipeline, where it also drops the frames that concern no stream. A
 * drain first announces the end and lets one round trip pass, so that no request already on its way
 * is lost (RFC 9113 section 6.8). Event loop only.
 */
final class Http2EndHandler extends ChannelInboundHandlerAdapter {
  private static final long DRAIN_PING = 0x64_72_61_69_6eL; // "drain"
  private static final int ROUND_TRIP_SECONDS = 1;

  private final Http2Connection connection;
  private final long idleNanos;
  private long quietSinceNanos;
  private boolean ending;
  private @Nullable Future<?> look;

  Http2EndHandler(Http2Connection connection, Duration idle) {
    this.connection = connection;
    this.idleNanos = idle.toNanos();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    quietSinceNanos = ctx.executor().ticker().nanoTime();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            quietSinceNanos = ctx.executor().ticker().nanoTime();
          }
        });
    lookAgain(ctx, idleNanos);
  }

  private void lookAgain(ChannelHandlerContext ctx, long nanos) {
    look = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    long left = idleNanos - (ctx.executor().ticker().nanoTime() - quietSinceNanos);
    if (connection.numActiveStreams() > 0) {
      lookAgain(ctx, idleNanos);
    } else if (left > 0) {
      lookAgain(ctx, left);
    } else {
      ctx.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2PingFrame ping && ping.ack() && ping.content() == DRAIN_PING) {
      ctx.close();
    }
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event != ClientConnections.DRAIN) {
      ReferenceCountUtil.release(event);
      return;
    }
    if (ending) {
      // A second GOAWAY may not allow streams again (RFC 9113 section 6.8).
      return;
    }
    ending = true;
    ctx.write(
        new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
    ctx.writeAndFlush(new DefaultHttp2PingFrame(DRAIN_PING));
    ctx.executor().schedule(() -> ctx.close(), ROUND_TRIP_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (look != null) {
      look.cancel(false);
    }
    ctx.fireChannelInactive();
  }

  // The codec has answered with GOAWAY and closes; a broken connection closes by itself.
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!ctx.channel().isActive()) {
      ctx.close();
    }
  }
}
