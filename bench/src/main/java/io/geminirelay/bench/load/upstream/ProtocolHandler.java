package io.geminirelay.bench.load.upstream;

import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * First of a connection: whoever begins with HTTP/2's preface is answered in HTTP/2, all others in
 * HTTP/1.1. Then it is gone.
 */
final class ProtocolHandler extends ByteToMessageDecoder {
  private static final ByteBuf PREFACE = Frames.preface();

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int common = Math.min(in.readableBytes(), PREFACE.readableBytes());
    if (!ByteBufUtil.equals(in, in.readerIndex(), PREFACE, 0, common)) {
      ctx.pipeline().addLast(new Http1Upstream());
      ctx.pipeline().remove(this);
    } else if (common == PREFACE.readableBytes()) {
      in.skipBytes(common);
      ctx.pipeline().addLast(new Http2Upstream());
      ctx.pipeline().remove(this);
    }
  }
}
