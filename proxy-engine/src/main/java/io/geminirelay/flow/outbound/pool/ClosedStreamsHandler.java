package io.geminirelay.flow.outbound.pool;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;

/**
 * Sends no reset of a stream that the target has ended or never begun.
 *
 * <p>For a target that did not open the streams that its GOAWAY leaves out they are idle, and a
 * reset of an idle stream ends the connection with all that it still answers (RFC 9113 sections 5.1
 * and 6.8). A reset is not answered with one (section 5.4.2): it would count against us.
 *
 * <p>Between the codec, which ends such streams by itself, and the streams. Event loop only.
 */
final class ClosedStreamsHandler extends ChannelDuplexHandler {
  private int lastTaken = Integer.MAX_VALUE;
  private int resetNow;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2GoAwayFrame goAway) {
      lastTaken = goAway.lastStreamId();
    } else if (message instanceof Http2ResetFrame reset) {
      // What hears of it gives the stream up at once, before the codec has ended it.
      resetNow = reset.stream().id();
    }
    ctx.fireChannelRead(message);
    resetNow = 0;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof Http2ResetFrame reset
        && (reset.stream().id() > lastTaken || reset.stream().id() == resetNow)) {
      promise.trySuccess();
    } else {
      ctx.write(message, promise);
    }
  }
}
