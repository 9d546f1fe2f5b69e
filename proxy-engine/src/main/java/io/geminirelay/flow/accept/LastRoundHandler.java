package io.geminirelay.flow.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Closes a listening socket after the next round of accepting that leaves nobody behind.
 *
 * <p>Place: first of a listener that is given up. Counts the connections of the round. Event loop
 * only.
 */
final class LastRoundHandler extends ChannelInboundHandlerAdapter {
  /** Netty accepts at most so many in a round; there may be more then. */
  private static final int FULL_ROUND = 16;

  private int accepted;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object connection) {
    accepted++;
    ctx.fireChannelRead(connection);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    boolean nobodyLeft = accepted < FULL_ROUND;
    accepted = 0;
    ctx.fireChannelReadComplete();
    if (nobodyLeft) {
      ctx.close();
    }
  }
}
