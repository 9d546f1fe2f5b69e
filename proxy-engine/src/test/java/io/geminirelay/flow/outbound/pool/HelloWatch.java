package io.geminirelay.flow.outbound.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.function.Consumer;

/**
 * Tells of a server's handshakes by TLS 1.3 whether the client offered a session that it had, and
 * whether the server took it up: {@code new}, {@code refused} or {@code resumed} (RFC 8446 section
 * 4.2.11).
 *
 * <p>First in the pipeline. Each hello has to come in one piece, as it does on this machine.
 */
final class HelloWatch extends ChannelDuplexHandler {
  private static final int PRE_SHARED_KEY = 41;

  /** Heads of record and message, version, random. */
  private static final int BEFORE_SESSION_ID = 5 + 4 + 2 + 32;

  private final Consumer<String> told;
  private boolean offered;
  private boolean asked;
  private boolean answered;

  HelloWatch(Consumer<String> told) {
    this.told = told;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!asked) {
      asked = true;
      offered = offers((ByteBuf) message, true);
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!answered && message instanceof ByteBuf bytes && bytes.isReadable()) {
      answered = true;
      told.accept(offered ? (offers(bytes, false) ? "resumed" : "refused") : "new");
    }
    ctx.write(message, promise);
  }

  private static boolean offers(ByteBuf hello, boolean ofClient) {
    ByteBuf in = hello.duplicate();
    in.skipBytes(BEFORE_SESSION_ID);
    in.skipBytes(in.readUnsignedByte());
    if (ofClient) {
      in.skipBytes(in.readUnsignedShort());
      in.skipBytes(in.readUnsignedByte());
    } else {
      in.skipBytes(3);
    }
    int end = in.readUnsignedShort() + in.readerIndex();
    boolean found = false;
    while (in.readerIndex() < end) {
      found |= in.readUnsignedShort() == PRE_SHARED_KEY;
      in.skipBytes(in.readUnsignedShort());
    }
    return found;
  }
}
