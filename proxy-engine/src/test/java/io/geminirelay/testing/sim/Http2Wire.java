package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes one answer to an HTTP/2 stream. */
final class Http2Wire implements Wire {
  private static final Set<String> CONNECTION_HEADERS =
      Set.of("connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection");

  private final ChannelHandlerContext ctx;
  private final Http2FrameStream stream;

  Http2Wire(ChannelHandlerContext ctx, Http2FrameStream stream) {
    this.ctx = ctx;
    this.stream = stream;
  }

  @Override
  public EventLoop loop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public void inform(int status, List<Header> headers) {
    ctx.writeAndFlush(new DefaultHttp2HeadersFrame(convert(status, headers), false));
  }

  @Override
  public void head(int status, List<Header> headers, Framing framing, long length) {
    Http2Headers converted = convert(status, headers);
    if (framing == Framing.LENGTH) {
      converted.set("content-length", Long.toString(length));
    }
    ctx.write(new DefaultHttp2HeadersFrame(converted, false));
  }

  private static Http2Headers convert(int status, List<Header> headers) {
    Http2Headers converted = new DefaultHttp2Headers(false);
    converted.status(Integer.toString(status));
    for (Header header : headers) {
      String name = header.name().toLowerCase(Locale.ROOT);
      if (!CONNECTION_HEADERS.contains(name)) {
        converted.add(name, header.value());
      }
    }
    return converted;
  }

  @Override
  public void take(ByteBuf piece, boolean last) {
    ctx.write(new DefaultHttp2DataFrame(piece, last));
    if (last) {
      ctx.flush();
    }
  }

  @Override
  public void takeRaw(ByteBuf bytes) {
    bytes.release();
    cut();
  }

  @Override
  public void end() {
    ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
  }

  @Override
  public void flush() {
    ctx.flush();
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  @Override
  public void cut() {
    ctx.flush();
    Channel connection = connection();
    connection.flush();
    // The HTTP/2 codec would close gracefully, waiting for this very stream.
    connection.unsafe().close(connection.unsafe().voidPromise());
  }

  @Override
  public void reset() {
    ctx.flush();
    Abort.reset(connection());
  }

  @Override
  public void resetStream(long code) {
    ctx.writeAndFlush(new DefaultHttp2ResetFrame(code));
  }

  @Override
  public void goAway(long code, boolean refuseThisStream) {
    Channel connection = connection();
    if (!refuseThisStream) {
      connection.writeAndFlush(new DefaultHttp2GoAwayFrame(code));
      return;
    }
    ChannelHandlerContext codec = connection.pipeline().context(Http2FrameCodec.class);
    Http2FrameCodec handler = (Http2FrameCodec) codec.handler();
    handler
        .encoder()
        .writeGoAway(codec, stream.id() - 2, code, Unpooled.EMPTY_BUFFER, codec.newPromise());
    codec.flush();
  }

  @Override
  public void stopReading() {
    ctx.channel().config().setAutoRead(false);
  }

  private Channel connection() {
    return ctx.channel().parent();
  }
}
