package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Collects the request of one HTTP/2 stream and has it answered. */
final class Http2Handler extends ChannelInboundHandlerAdapter {
  private final Responder responder;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private ReceivedRequest.@Nullable Head head;
  private @Nullable Wire wire;
  private @Nullable Playback playing;

  Http2Handler(Responder responder) {
    this.responder = responder;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    responder.journal().streamOpened();
    ctx.channel().closeFuture().addListener(future -> responder.journal().streamClosed());
    // A stream that is not read would keep what is queued for it.
    ctx.channel().parent().closeFuture().addListener(future -> ctx.channel().close());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
    try {
      if (message instanceof Http2HeadersFrame frame) {
        headers(ctx, frame);
      } else if (message instanceof Http2DataFrame frame) {
        if (playing == null) {
          frame.content().readBytes(body, frame.content().readableBytes());
        }
        completeIf(frame.isEndStream());
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
    if (head == null) {
      wire = new Http2Wire(ctx, Objects.requireNonNull(frame.stream()));
      head = convert(ctx, frame.headers());
      playing = responder.respondAtHead(head, wire, () -> {});
      if (playing != null) {
        playing.run();
        return;
      }
    }
    completeIf(frame.isEndStream());
  }

  private void completeIf(boolean endStream) {
    if (endStream && playing == null && head != null && wire != null) {
      ReceivedRequest request = new ReceivedRequest(head, body.toByteArray(), true);
      Playback playback = responder.respond(request, wire, () -> {});
      playing = playback;
      playback.run();
    }
  }

  private static ReceivedRequest.Head convert(ChannelHandlerContext ctx, Http2Headers headers) {
    List<Header> list = new ArrayList<>();
    for (Map.Entry<CharSequence, CharSequence> entry : headers) {
      list.add(new Header(entry.getKey().toString(), entry.getValue().toString()));
    }
    return new ReceivedRequest.Head(
        String.valueOf(headers.method()),
        String.valueOf(headers.path()),
        list,
        "HTTP/2",
        ctx.channel().parent().id().asShortText());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame reset) {
      gone("reset " + reset.errorCode());
      // Data that a stalled stream has not read would keep it open, and with it the buffers.
      ctx.executor().execute(ctx::close);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone("closed");
    ctx.fireChannelInactive();
  }

  private void gone(String how) {
    if (playing != null) {
      playing.cancel(how);
    } else if (head != null) {
      ReceivedRequest partial = new ReceivedRequest(head, body.toByteArray(), false);
      responder.journal().cancelled(new Cancelled(partial, how, System.nanoTime(), 0));
    }
    head = null;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (playing != null) {
      playing.writabilityChanged();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
