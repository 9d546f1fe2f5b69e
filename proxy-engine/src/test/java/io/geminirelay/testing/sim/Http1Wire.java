package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/** Writes one answer to an HTTP/1.1 connection. */
final class Http1Wire implements Wire {
  private final ChannelHandlerContext ctx;
  private boolean closesAfterwards;

  Http1Wire(ChannelHandlerContext ctx, boolean closesAfterwards) {
    this.ctx = ctx;
    this.closesAfterwards = closesAfterwards;
  }

  @Override
  public EventLoop loop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public void inform(int status, List<Header> headers) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.EMPTY_BUFFER);
    headers.forEach(header -> response.headers().add(header.name(), header.value()));
    ctx.writeAndFlush(response);
  }

  @Override
  public void head(int status, List<Header> headers, Framing framing, long length) {
    HttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    HttpHeaders target = response.headers();
    for (Header header : headers) {
      target.add(header.name(), header.value());
    }
    if (framing == Framing.LENGTH) {
      target.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
    } else if (framing == Framing.CHUNKED) {
      target.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else {
      target.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    closesAfterwards |= target.containsValue(HttpHeaderNames.CONNECTION, "close", true);
    ctx.write(response);
  }

  @Override
  public void take(ByteBuf piece, boolean last) {
    if (last) {
      write(new DefaultLastHttpContent(piece));
    } else {
      ctx.write(new DefaultHttpContent(piece));
    }
  }

  @Override
  public void takeRaw(ByteBuf bytes) {
    ctx.pipeline().context(HttpServerCodec.class).writeAndFlush(bytes);
  }

  @Override
  public void end() {
    write(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private void write(LastHttpContent last) {
    if (closesAfterwards) {
      ctx.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    } else {
      ctx.writeAndFlush(last);
    }
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
    Abort.close(ctx.channel());
  }

  @Override
  public void reset() {
    Abort.reset(ctx.channel());
  }

  @Override
  public void resetStream(long code) {
    Abort.reset(ctx.channel());
  }

  @Override
  public void goAway(long code, boolean refuseThisStream) {
    if (refuseThisStream) {
      Abort.close(ctx.channel());
    }
  }

  @Override
  public void stopReading() {
    ctx.channel().config().setAutoRead(false);
  }
}
