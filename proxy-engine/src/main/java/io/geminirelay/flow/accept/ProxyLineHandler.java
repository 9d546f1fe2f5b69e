package io.geminirelay.flow.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes a connection whose PROXY header is a line (version 1) that is longer than the
 * specification's 107 bytes, its CRLF included.
 *
 * <p>Place: before Netty's decoder of the header, which would wait for the end of such a line, or
 * not, depending on how its bytes were cut. Leaves when it has seen the end of the line, or that
 * there is none (version 2). Keeps how far it has read, and no buffer. Event loop only.
 */
final class ProxyLineHandler extends ChannelInboundHandlerAdapter {
  private static final int MOST_BYTES = 107;

  private int read;
  private byte before;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message);
      return;
    }
    for (int i = bytes.readerIndex(); i < bytes.writerIndex() && read < MOST_BYTES; i++) {
      byte b = bytes.getByte(i);
      boolean binary = read == 0 && b != 'P';
      if (binary || (before == '\r' && b == '\n')) {
        ctx.pipeline().remove(this);
        ctx.fireChannelRead(message);
        return;
      }
      before = b;
      read++;
    }
    if (read < MOST_BYTES) {
      ctx.fireChannelRead(message);
    } else {
      ReferenceCountUtil.release(message);
      ctx.close();
    }
  }
}
