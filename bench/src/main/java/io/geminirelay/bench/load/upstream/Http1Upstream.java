package io.geminirelay.bench.load.upstream;

import io.geminirelay.bench.load.wire.Events;
import io.geminirelay.bench.load.wire.Frames;
import io.geminirelay.bench.load.wire.MessageEnd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one HTTP/1.1 connection with what their query describes: no pipelining,
 * always a body.
 */
final class Http1Upstream extends ChannelInboundHandlerAdapter {
  private static final ByteBuf STREAM_HEAD =
      Frames.constant(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  private static final ByteBuf LAST_CHUNK = Frames.constant("0\r\n\r\n");
  private static final Map<Integer, ByteBuf> CHUNKS = new HashMap<>();
  private static final Map<Integer, ByteBuf> WHOLE = new HashMap<>();

  private final MessageEnd end = new MessageEnd();
  private @Nullable EventStream stream;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (end.look(bytes)) {
        answer(ctx, end.head());
        end.reset();
      }
    } finally {
      bytes.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, String head) {
    Order order = Order.of(head.substring(0, head.indexOf('\r')));
    if (!order.isStream()) {
      ctx.writeAndFlush(whole(order.bytes()).duplicate(), ctx.voidPromise());
      return;
    }
    ctx.writeAndFlush(STREAM_HEAD.duplicate(), ctx.voidPromise());
    stream = new EventStream(order, new Chunks(ctx), ctx.executor());
    stream.begin();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (stream != null && ctx.channel().isWritable()) {
      stream.resume();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private static ByteBuf whole(int bytes) {
    return WHOLE.computeIfAbsent(
        bytes,
        length -> {
          ByteBuf head =
              Frames.constant(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\n"
                      + "Content-Length: "
                      + length
                      + "\r\n\r\n");
          ByteBuf body = Answers.body(length);
          ByteBuf answer = Unpooled.directBuffer(head.readableBytes() + length);
          return Frames.constant(answer.writeBytes(head.duplicate()).writeBytes(body.duplicate()));
        });
  }

  private static ByteBuf chunk(int count) {
    return CHUNKS.computeIfAbsent(
        count,
        n -> {
          ByteBuf events = Events.untimed(n);
          ByteBuf chunk = Unpooled.directBuffer();
          chunk.writeBytes(Frames.constant(Integer.toHexString(n * Events.BYTES) + "\r\n"));
          chunk.writeBytes(events).writeBytes(new byte[] {'\r', '\n'});
          events.release();
          return Frames.constant(chunk);
        });
  }

  /** The chunks of one answer. */
  private record Chunks(ChannelHandlerContext ctx) implements Outlet {
    @Override
    public boolean isOpen() {
      return ctx.channel().isActive();
    }

    @Override
    public boolean isWritable() {
      Channel channel = ctx.channel();
      return channel.isWritable();
    }

    @Override
    public void events(int count, long dueNanos) {
      ByteBuf pattern = chunk(count);
      if (dueNanos == 0) {
        ctx.writeAndFlush(pattern.duplicate(), ctx.voidPromise());
        return;
      }
      ByteBuf timed = ctx.alloc().directBuffer(pattern.readableBytes());
      timed.writeBytes(pattern, 0, pattern.readableBytes());
      Events.stamp(timed, timed.readableBytes() - 2 - count * Events.BYTES, dueNanos);
      ctx.writeAndFlush(timed, ctx.voidPromise());
    }

    @Override
    public void end() {
      ctx.writeAndFlush(LAST_CHUNK.duplicate(), ctx.voidPromise());
    }
  }
}
