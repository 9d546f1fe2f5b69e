package io.geminirelay.bench.load.upstream;

import io.geminirelay.bench.load.wire.FrameDecoder;
import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;

/**
 * Answers the requests of one HTTP/2 connection with what their query describes. The client's
 * preface has been taken off already.
 */
final class Http2Upstream extends FrameDecoder {
  /** Longest path that is asked for is far below. */
  private static final int MAX_FIELDS = 16_384;

  private static final int STREAMS = 1_000;

  /** Named in full each time: so no connection has a state that answers depend on. */
  private static final ByteBuf WHOLE_FIELDS = fields("application/json; charset=UTF-8");

  private static final ByteBuf STREAM_FIELDS = fields("text/event-stream");

  private final DefaultHttp2HeadersDecoder decoder =
      new DefaultHttp2HeadersDecoder(false, MAX_FIELDS);
  private final IntObjectMap<Http2Answer> open = new IntObjectHashMap<>();

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(
        Frames.wideSettings(Frames.MAX_CONCURRENT_STREAMS, STREAMS), ctx.voidPromise());
  }

  @Override
  protected void head(ChannelHandlerContext ctx, int id, ByteBuf block, boolean end) {
    Order order;
    try {
      order = Order.of(decoder.decodeHeaders(id, block).path());
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    Http2Answer answer = new Http2Answer(this, ctx, id, order);
    open.put(id, answer);
    if (end) {
      answer(answer);
    }
  }

  @Override
  protected void data(ChannelHandlerContext ctx, int id, ByteBuf bytes, boolean end) {
    Http2Answer answer = open.get(id);
    if (end && answer != null) {
      answer(answer);
    }
  }

  private static void answer(Http2Answer answer) {
    answer.begin(answer.order().isStream() ? STREAM_FIELDS : WHOLE_FIELDS);
  }

  /** How many bytes of DATA may be sent just now, by the connection's window. */
  int window() {
    return connectionWindow();
  }

  /** How many bytes of DATA a new stream may send. */
  int firstWindow() {
    return streamWindow();
  }

  /** Takes them off. */
  void used(int bytes) {
    sent(bytes);
  }

  /** Forgets an answer that has been sent. */
  void done(int id) {
    open.remove(id);
  }

  @Override
  protected void windowGrown(ChannelHandlerContext ctx, int id, int more) {
    if (id == 0) {
      all(ctx, 0);
      return;
    }
    Http2Answer answer = open.get(id);
    if (answer != null) {
      answer.grow(more);
      ctx.flush();
    }
  }

  @Override
  protected void settled(ChannelHandlerContext ctx, int grown) {
    all(ctx, grown);
  }

  private void all(ChannelHandlerContext ctx, int grown) {
    // A copy, since an answer that comes to its end is taken out.
    new ArrayList<>(open.values()).forEach(answer -> answer.grow(grown));
    ctx.flush();
  }

  @Override
  protected void reset(ChannelHandlerContext ctx, int id) {
    Http2Answer answer = open.remove(id);
    if (answer != null) {
      answer.abandon();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    open.values().forEach(Http2Answer::abandon);
    open.clear();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      all(ctx, 0);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private static ByteBuf fields(String type) {
    ByteBuf block = Unpooled.directBuffer();
    try (DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder()) {
      encoder.maxHeaderTableSize(0);
      encoder.encodeHeaders(
          1, new DefaultHttp2Headers().status("200").add("content-type", type), block);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    return Frames.constant(block);
  }
}
