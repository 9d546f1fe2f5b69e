package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Collects HTTP/1.1 requests of one connection and has them answered one after the other. */
final class Http1Handler extends ChannelInboundHandlerAdapter {
  private final Responder responder;
  private final Queue<Pending> pipelined = new ArrayDeque<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private ReceivedRequest.@Nullable Head head;
  private boolean keepsAlive;
  private boolean dropsBody;
  private @Nullable Playback playing;

  private record Pending(ReceivedRequest request, boolean keepsAlive) {}

  Http1Handler(Responder responder) {
    this.responder = responder;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
    try {
      if (message instanceof HttpRequest request && !begin(ctx, request)) {
        return;
      }
      if (message instanceof HttpContent content) {
        collect(content.content());
        if (message instanceof LastHttpContent) {
          complete(ctx);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private boolean begin(ChannelHandlerContext ctx, HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      responder.journal().malformed(String.valueOf(request.decoderResult().cause()));
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST));
      ctx.close();
      return false;
    }
    head =
        new ReceivedRequest.Head(
            request.method().name(),
            request.uri(),
            list(request.headers()),
            request.protocolVersion().text(),
            ctx.channel().id().asShortText());
    keepsAlive = HttpUtil.isKeepAlive(request);
    body.reset();
    Playback early = null;
    if (playing == null) {
      Wire wire = new Http1Wire(ctx, !keepsAlive);
      early = responder.respondAtHead(head, wire, () -> finished(ctx));
    }
    dropsBody = early != null;
    if (early != null) {
      playing = early;
      early.run();
    } else if (HttpUtil.is100ContinueExpected(request)) {
      new Http1Wire(ctx, false).inform(100, List.of());
    }
    return true;
  }

  private void collect(ByteBuf piece) throws IOException {
    if (!dropsBody) {
      piece.readBytes(body, piece.readableBytes());
    }
  }

  private void complete(ChannelHandlerContext ctx) {
    ReceivedRequest.Head whole = head;
    head = null;
    if (dropsBody || whole == null) {
      dropsBody = false;
      return;
    }
    pipelined.add(new Pending(new ReceivedRequest(whole, body.toByteArray(), true), keepsAlive));
    if (playing == null) {
      playNext(ctx);
    }
  }

  private void playNext(ChannelHandlerContext ctx) {
    Pending next = pipelined.poll();
    if (next != null) {
      Wire wire = new Http1Wire(ctx, !next.keepsAlive);
      Playback playback = responder.respond(next.request, wire, () -> finished(ctx));
      playing = playback;
      playback.run();
    }
  }

  private void finished(ChannelHandlerContext ctx) {
    playing = null;
    if (!pipelined.isEmpty()) {
      ctx.executor().execute(() -> playNextIfIdle(ctx));
    }
  }

  private void playNextIfIdle(ChannelHandlerContext ctx) {
    if (playing == null) {
      playNext(ctx);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (playing != null) {
      playing.writabilityChanged();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (playing != null) {
      playing.cancel("closed");
    } else if (head != null && !dropsBody) {
      ReceivedRequest partial = new ReceivedRequest(head, body.toByteArray(), false);
      responder.journal().cancelled(new Cancelled(partial, "closed", System.nanoTime(), 0));
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private static List<Header> list(Iterable<Map.Entry<String, String>> headers) {
    List<Header> list = new ArrayList<>();
    for (Map.Entry<String, String> entry : headers) {
      list.add(new Header(entry.getKey(), entry.getValue()));
    }
    return list;
  }
}
