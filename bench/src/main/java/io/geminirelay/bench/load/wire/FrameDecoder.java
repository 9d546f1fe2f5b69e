package io.geminirelay.bench.load.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * One end of an HTTP/2 connection of a load run: cuts frames, answers SETTINGS and PING, and keeps
 * the windows for what it sends. Peers are proxies under test, which keep to the protocol: what no
 * load run needs ends it.
 */
public abstract class FrameDecoder extends ByteToMessageDecoder {
  /** After so much of what came the connection's window is filled up again. */
  private static final int REFILL_BYTES = 1 << 28;

  private int connectionWindow = Frames.FIRST_WINDOW;
  private int streamWindow = Frames.FIRST_WINDOW;
  private int sinceRefill;

  @Override
  protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int at = in.readerIndex();
    if (in.readableBytes() < Frames.HEAD_BYTES) {
      return;
    }
    int length = in.getUnsignedMedium(at);
    if (in.readableBytes() < Frames.HEAD_BYTES + length) {
      return;
    }
    in.skipBytes(Frames.HEAD_BYTES);
    int flags = in.getUnsignedByte(at + 4);
    int stream = in.getInt(at + 5);
    frame(ctx, in.getUnsignedByte(at + 3), flags, stream, in.readSlice(length));
  }

  private void frame(ChannelHandlerContext ctx, int type, int flags, int stream, ByteBuf payload) {
    switch (type) {
      case Frames.DATA -> {
        refill(ctx, payload.readableBytes());
        data(ctx, stream, unpadded(flags, payload), (flags & Frames.END_STREAM) != 0);
      }
      case Frames.HEADERS -> headers(ctx, flags, stream, payload);
      case Frames.SETTINGS -> settings(ctx, flags, payload);
      case Frames.PING -> ping(ctx, flags, payload);
      case Frames.WINDOW_UPDATE -> {
        if (stream == 0) {
          connectionWindow += payload.readInt();
        }
        windowGrown(ctx, stream, stream == 0 ? 0 : payload.readInt());
      }
      case Frames.RST_STREAM -> reset(ctx, stream);
      case Frames.GOAWAY ->
          throw new IllegalStateException("GOAWAY with code " + payload.getInt(4));
      case Frames.CONTINUATION -> throw new IllegalStateException("a head in more than one frame");
      default -> {
        // Frames of extensions are to be ignored.
      }
    }
  }

  private static ByteBuf unpadded(int flags, ByteBuf payload) {
    if ((flags & Frames.PADDED) == 0) {
      return payload;
    }
    int padding = payload.readUnsignedByte();
    return payload.readSlice(payload.readableBytes() - padding);
  }

  private void headers(ChannelHandlerContext ctx, int flags, int stream, ByteBuf payload) {
    if ((flags & Frames.END_HEADERS) == 0) {
      throw new IllegalStateException("a head in more than one frame");
    }
    ByteBuf block = unpadded(flags, payload);
    if ((flags & Frames.PRIORITY) != 0) {
      block.skipBytes(5);
    }
    head(ctx, stream, block, (flags & Frames.END_STREAM) != 0);
  }

  private void settings(ChannelHandlerContext ctx, int flags, ByteBuf payload) {
    if ((flags & Frames.ACK) != 0) {
      return;
    }
    int grown = 0;
    while (payload.isReadable()) {
      int name = payload.readUnsignedShort();
      int value = payload.readInt();
      if (name == Frames.INITIAL_WINDOW_SIZE) {
        grown = value - streamWindow;
        streamWindow = value;
      }
    }
    ByteBuf ack = ctx.alloc().directBuffer(Frames.HEAD_BYTES);
    Frames.head(ack, 0, Frames.SETTINGS, Frames.ACK, 0);
    ctx.writeAndFlush(ack, ctx.voidPromise());
    settled(ctx, grown);
  }

  private static void ping(ChannelHandlerContext ctx, int flags, ByteBuf payload) {
    if ((flags & Frames.ACK) == 0) {
      ByteBuf pong = ctx.alloc().directBuffer(Frames.HEAD_BYTES + 8);
      Frames.head(pong, 8, Frames.PING, Frames.ACK, 0);
      pong.writeBytes(payload);
      ctx.writeAndFlush(pong, ctx.voidPromise());
    }
  }

  private void refill(ChannelHandlerContext ctx, int came) {
    sinceRefill += came;
    if (sinceRefill >= REFILL_BYTES) {
      ByteBuf update = ctx.alloc().directBuffer(Frames.HEAD_BYTES + 4);
      Frames.windowUpdate(update, 0, sinceRefill);
      sinceRefill = 0;
      ctx.writeAndFlush(update, ctx.voidPromise());
    }
  }

  /** How many bytes of DATA the peer takes on this connection. */
  protected final int connectionWindow() {
    return connectionWindow;
  }

  /** How many bytes of DATA the peer takes on a new stream. */
  protected final int streamWindow() {
    return streamWindow;
  }

  /** Says that so many bytes of DATA have been sent. */
  protected final void sent(int bytes) {
    connectionWindow -= bytes;
  }

  /** A header block has come whole; borrowed. */
  protected abstract void head(ChannelHandlerContext ctx, int stream, ByteBuf block, boolean end);

  /** A piece of a body has come; borrowed. */
  protected abstract void data(ChannelHandlerContext ctx, int stream, ByteBuf bytes, boolean end);

  /** The peer takes more: of a stream by {@code more}, or, where it is 0, of all. */
  protected abstract void windowGrown(ChannelHandlerContext ctx, int stream, int more);

  /** The peer has said what it wants; windows of open streams have grown by {@code grown}. */
  protected abstract void settled(ChannelHandlerContext ctx, int grown);

  /** The peer has given a stream up. */
  protected abstract void reset(ChannelHandlerContext ctx, int stream);
}
