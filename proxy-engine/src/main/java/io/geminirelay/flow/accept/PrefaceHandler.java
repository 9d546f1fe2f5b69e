package io.geminirelay.flow.accept;

import static io.geminirelay.flow.accept.ClientConnections.GRACE_SECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells HTTP/2 with prior knowledge from HTTP/1.1 by the connection preface (RFC 9113 section 3.4),
 * then leaves the pipeline and hands the bytes on. Consumes none itself; closes a connection that
 * stays undecided for the idle time.
 */
final class PrefaceHandler extends ByteToMessageDecoder {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ProtocolChoice protocols;
  private final Duration idle;
  private @Nullable Future<?> timeout;

  private boolean draining;

  PrefaceHandler(ProtocolChoice protocols, Duration idle) {
    this.protocols = protocols;
    this.idle = idle;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout = ctx.executor().schedule(() -> ctx.close(), idle.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    cancel();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    cancel();
    super.channelInactive(ctx);
  }

  private void cancel() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int known = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < known; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        protocols.http1().install(ctx.pipeline());
        leave(ctx);
        return;
      }
    }
    if (known == PREFACE.length) {
      protocols.http2().install(ctx.pipeline());
      leave(ctx);
    }
  }

  private void leave(ChannelHandlerContext ctx) {
    if (draining) {
      ctx.fireUserEventTriggered(ClientConnections.DRAIN);
    }
    ctx.pipeline().remove(this);
  }

  // Too few bytes for a decision are no request.
  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    in.skipBytes(in.readableBytes());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event == ClientConnections.DRAIN) {
      // Who has just connected has a request on the way: it is the last one, and answered.
      draining = true;
      cancel();
      timeout = ctx.executor().schedule(() -> ctx.close(), GRACE_SECONDS, TimeUnit.SECONDS);
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
