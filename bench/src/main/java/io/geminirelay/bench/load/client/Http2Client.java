package io.geminirelay.bench.load.client;

import io.geminirelay.bench.load.wire.FrameDecoder;
import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;

/** A client's HTTP/2 connection, of which it knows beforehand that the other side speaks it. */
final class Http2Client extends FrameDecoder {
  /** ":status: 200" of the table that every connection has (RFC 7541). */
  private static final int STATUS_200 = 0x88;

  private final Http2Request request;
  private final int streamsAtOnce;
  private final boolean streams;
  private final Tally tally;
  private final Pace pace;
  private final IntObjectMap<Stream> open = new IntObjectHashMap<>();
  private final ArrayDeque<Stream> withoutWindow = new ArrayDeque<>();
  private int nextId = 1;
  private boolean settled;
  private boolean flushing;

  Http2Client(Http2Request request, int streamsAtOnce, boolean streams, Tally tally, Pace pace) {
    this.request = request;
    this.streamsAtOnce = streamsAtOnce;
    this.streams = streams;
    this.tally = tally;
    this.pace = pace;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.write(Frames.preface(), ctx.voidPromise());
    ctx.writeAndFlush(Frames.wideSettings(Frames.ENABLE_PUSH, 0), ctx.voidPromise());
  }

  @Override
  protected void settled(ChannelHandlerContext ctx, int grown) {
    if (settled) {
      return;
    }
    settled = true;
    for (int i = 0; i < streamsAtOnce; i++) {
      pace.free(new Stream(ctx));
    }
  }

  @Override
  protected void windowGrown(ChannelHandlerContext ctx, int stream, int more) {
    while (connectionWindow() >= request.bodyBytes() && !withoutWindow.isEmpty()) {
      withoutWindow.remove().send();
    }
  }

  @Override
  protected void head(ChannelHandlerContext ctx, int id, ByteBuf block, boolean end) {
    // What changes the size of the table comes first (RFC 7541, 4.2).
    int at = block.readerIndex();
    while ((block.getUnsignedByte(at) & 0xE0) == 0x20) {
      boolean longer = (block.getUnsignedByte(at) & 0x1F) == 0x1F;
      at++;
      while (longer) {
        longer = (block.getUnsignedByte(at) & 0x80) != 0;
        at++;
      }
    }
    if (block.getUnsignedByte(at) != STATUS_200) {
      throw new IllegalStateException("an answer over HTTP/2 without status 200");
    }
    if (end) {
      close(id);
    }
  }

  @Override
  protected void data(ChannelHandlerContext ctx, int id, ByteBuf bytes, boolean end) {
    Stream stream = open.get(id);
    if (stream == null) {
      throw new IllegalStateException("bytes for a stream that is not open");
    }
    if (streams && tally.events(bytes) > 0) {
      stream.served();
    }
    if (end) {
      close(id);
    }
  }

  private void close(int id) {
    Stream stream = open.remove(id);
    if (stream == null) {
      throw new IllegalStateException("the end of a stream that is not open");
    }
    stream.served();
    tally.answered(stream.dueNanos);
    pace.free(stream);
  }

  @Override
  protected void reset(ChannelHandlerContext ctx, int stream) {
    throw new IllegalStateException("a stream was reset");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    tally.fail("a connection was closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    tally.fail(cause.toString());
    ctx.close();
  }

  private final class Stream implements Slot {
    private final ChannelHandlerContext ctx;
    private long dueNanos;
    private boolean served;

    Stream(ChannelHandlerContext ctx) {
      this.ctx = ctx;
    }

    @Override
    public void ask(long due) {
      dueNanos = due;
      if (connectionWindow() < request.bodyBytes()) {
        withoutWindow.add(this);
      } else {
        send();
      }
    }

    private void send() {
      int id = nextId;
      nextId += 2;
      open.put(id, this);
      sent(request.bodyBytes());
      ctx.write(request.frames(id, ctx.alloc()), ctx.voidPromise());
      // Requests that are made for answers of one read go out in one write.
      if (!flushing) {
        flushing = true;
        ctx.executor().execute(this::flush);
      }
    }

    private void flush() {
      flushing = false;
      ctx.flush();
    }

    private void served() {
      if (!served) {
        served = true;
        tally.firstServed();
      }
    }
  }
}
