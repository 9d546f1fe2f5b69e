package io.geminirelay.bench.load.upstream;

import io.geminirelay.bench.load.wire.Events;
import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** One answer over HTTP/2, sent as far as the windows of its stream and connection reach. */
final class Http2Answer implements Outlet {
  private final Http2Upstream connection;
  private final ChannelHandlerContext ctx;
  private final int id;
  private final Order order;
  private @Nullable EventStream stream;

  /** What is not sent yet. Owner: this answer. */
  private @Nullable ByteBuf pending;

  private int window;
  private boolean ending;
  private boolean over;

  Http2Answer(Http2Upstream connection, ChannelHandlerContext ctx, int id, Order order) {
    this.connection = connection;
    this.ctx = ctx;
    this.id = id;
    this.order = order;
    this.window = connection.firstWindow();
  }

  Order order() {
    return order;
  }

  /** Sends the head with these fields, and what it can of the rest; borrows. */
  void begin(ByteBuf fields) {
    ByteBuf head = ctx.alloc().directBuffer(Frames.HEAD_BYTES + fields.readableBytes());
    Frames.head(head, fields.readableBytes(), Frames.HEADERS, Frames.END_HEADERS, id);
    head.writeBytes(fields, fields.readerIndex(), fields.readableBytes());
    ctx.write(head, ctx.voidPromise());
    if (order.isStream()) {
      stream = new EventStream(order, this, ctx.executor());
      stream.begin();
    } else {
      ending = true;
      pending = Answers.body(order.bytes()).duplicate();
      send();
    }
    ctx.flush();
  }

  /** The stream's window has grown, or what else it waited for may be there. */
  void grow(int more) {
    window += more;
    send();
    if (stream != null && isWritable()) {
      stream.resume();
    }
  }

  /** Writes without a flush what the windows let through. */
  private void send() {
    ByteBuf bytes = pending;
    while (bytes != null && bytes.isReadable()) {
      int length = Math.min(Math.min(window, connection.window()), bytes.readableBytes());
      length = Math.min(length, Frames.MAX_PAYLOAD);
      if (length <= 0) {
        return;
      }
      boolean last = ending && length == bytes.readableBytes();
      frame(bytes.readRetainedSlice(length), last);
    }
    if (bytes != null) {
      bytes.release();
      pending = null;
    }
  }

  /** Takes the payload. */
  private void frame(ByteBuf payload, boolean last) {
    int length = payload.readableBytes();
    window -= length;
    connection.used(length);
    ByteBuf head = ctx.alloc().directBuffer(Frames.HEAD_BYTES);
    Frames.head(head, length, Frames.DATA, last ? Frames.END_STREAM : 0, id);
    ctx.write(head, ctx.voidPromise());
    ctx.write(payload, ctx.voidPromise());
    if (last) {
      over = true;
      connection.done(id);
    }
  }

  /** Nobody wants it any more. */
  void abandon() {
    over = true;
    if (pending != null) {
      pending.release();
      pending = null;
    }
  }

  @Override
  public boolean isOpen() {
    return !over && ctx.channel().isActive();
  }

  @Override
  public boolean isWritable() {
    return pending == null && ctx.channel().isWritable();
  }

  @Override
  public void events(int count, long dueNanos) {
    ByteBuf events = EventBytes.of(count).duplicate();
    if (dueNanos != 0) {
      ByteBuf timed = ctx.alloc().directBuffer(events.readableBytes());
      timed.writeBytes(events);
      Events.stamp(timed, 0, dueNanos);
      events = timed;
    }
    pending = events;
    send();
    ctx.flush();
  }

  @Override
  public void end() {
    ending = true;
    if (pending == null) {
      frame(ctx.alloc().directBuffer(0), true);
      ctx.flush();
    }
  }
}
