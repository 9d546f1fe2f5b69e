package io.geminirelay.flow.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an HTTP/2 connection so that its client can still read the tail of its answers and the
 * GOAWAY: a close while frames of the client are unread makes the system reset the connection,
 * which drops what the client has not taken yet.
 *
 * <p>Place: before the codec, whose close after a GOAWAY it turns into an end of the sending side.
 * What comes then is dropped, until the client closes, or sends nothing between two looks: one that
 * reads gives windows back. All in all it takes no longer than a client may take for an answer's
 * next byte; after an offence there is but one look. Owns no buffer. Event loop only.
 */
final class Http2LingerHandler extends ChannelDuplexHandler {
  private static final int LOOK_SECONDS = 2;

  private final Http2Connection connection;
  private int looksLeft;
  private boolean lingering;
  private boolean heard;
  private @Nullable Future<?> look;

  /** Ends {@code connection}, in no more than about {@code send} where it ends in order. */
  Http2LingerHandler(Http2Connection connection, Duration send) {
    this.connection = connection;
    this.looksLeft = (int) Math.min(Integer.MAX_VALUE, send.toSeconds() / LOOK_SECONDS + 1);
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onGoAwaySent(int lastStreamId, long errorCode, ByteBuf debugData) {
            if (errorCode != Http2Error.NO_ERROR.code()) {
              looksLeft = 1;
            }
          }
        });
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (!ctx.channel().isActive()
        || !connection.goAwaySent()
        || !(ctx.channel() instanceof DuplexChannel channel)) {
      ctx.close(promise);
      return;
    }
    channel.closeFuture().addListener(closed -> promise.trySuccess());
    if (lingering) {
      return;
    }
    lingering = true;
    // Whose answers nobody will read: an offence may have left streams open.
    connection.close(ctx.newPromise());
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            flushed -> {
              if (flushed.isSuccess()) {
                LingeringClose.endOutput(channel);
                lookAgain(ctx);
              } else {
                ctx.close();
              }
            });
  }

  private void lookAgain(ChannelHandlerContext ctx) {
    looksLeft--;
    heard = false;
    look = ctx.executor().schedule(() -> look(ctx), LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    if (heard && looksLeft > 0) {
      lookAgain(ctx);
    } else {
      ctx.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (lingering) {
      heard = true;
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (look != null) {
      look.cancel(false);
    }
    ctx.fireChannelInactive();
  }
}
