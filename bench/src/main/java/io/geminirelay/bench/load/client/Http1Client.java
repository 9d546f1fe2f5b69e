package io.geminirelay.bench.load.client;

import io.geminirelay.bench.load.wire.MessageEnd;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client's HTTP/1.1 connection: one request at a time. */
final class Http1Client extends ChannelInboundHandlerAdapter implements Slot {
  private final MessageEnd end = new MessageEnd();

  /** Owner: the driver. */
  private final ByteBuf request;

  private final boolean streams;
  private final Tally tally;
  private final Pace pace;
  private @Nullable ChannelHandlerContext context;
  private long dueNanos;
  private boolean served;

  Http1Client(ByteBuf request, boolean streams, Tally tally, Pace pace) {
    this.request = request;
    this.streams = streams;
    this.tally = tally;
    this.pace = pace;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    pace.free(this);
  }

  @Override
  public void ask(long due) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || !ctx.channel().isActive()) {
      return;
    }
    end.reset();
    dueNanos = due;
    ctx.writeAndFlush(request.retainedDuplicate(), ctx.voidPromise());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      boolean over = end.look(bytes);
      if (streams && tally.events(bytes) > 0) {
        served();
      }
      if (over) {
        check(ctx, bytes);
      }
    } finally {
      bytes.release();
    }
  }

  private void served() {
    if (!served) {
      served = true;
      tally.firstServed();
    }
  }

  private void check(ChannelHandlerContext ctx, ByteBuf last) {
    if (!end.head().startsWith("HTTP/1.1 200 ")) {
      // Errors are short: all of it came at once, or the end tells most.
      fail(ctx, last.toString(StandardCharsets.US_ASCII));
      return;
    }
    tally.answered(dueNanos);
    served();
    pace.free(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(ctx, "a connection was closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause.toString());
  }

  private void fail(ChannelHandlerContext ctx, String reason) {
    tally.fail(reason);
    ctx.close();
  }
}
