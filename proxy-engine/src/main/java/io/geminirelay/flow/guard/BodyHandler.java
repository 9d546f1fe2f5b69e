package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code body}, after all refusals that need the head alone: holds the request body to its
 * size limit and to being uncompressed where it is read, and asks for it where the client waits for
 * leave.
 *
 * <p>A body with a known length is refused before a byte of it is read; a chunked one once it has
 * grown too long. By then the head may be upstream: the {@link Fault} is also fired as a user event
 * towards the later stages, so that they give up. If the answer has begun, the channel is closed
 * instead, which breaks it visibly.
 *
 * <p>Keeps the bytes seen of the request in flight and whether its answer has begun; owns nothing,
 * contents pass by reference. Not sharable; runs on the client's event loop.
 */
public final class BodyHandler extends ChannelDuplexHandler {
  private final long maxBodyBytes;
  private long seenBytes;
  private boolean answering;

  /** Lets pass bodies of at most {@code maxBodyBytes}. */
  public BodyHandler(long maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest head) {
      seenBytes = 0;
      answering = false;
      @Nullable Fault fault = checkHead(ctx.channel().attr(Exchange.KEY).get(), head);
      if (fault != null) {
        refuse(ctx, message, fault);
        return;
      }
      if (awaitsLeave(head)) {
        ctx.writeAndFlush(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
      }
    }
    if (message instanceof HttpContent content) {
      seenBytes += content.content().readableBytes();
      if (seenBytes > maxBodyBytes) {
        Fault fault = tooLarge();
        // First, so that what is told of the exchange at its end does not change afterwards.
        ctx.fireUserEventTriggered(fault);
        refuse(ctx, message, fault);
        return;
      }
      if (content instanceof LastHttpContent last && !last.trailingHeaders().isEmpty()) {
        // Trailers could carry what the head may not, and Google has no use for any: they may be
        // left out (RFC 9110 section 6.5.1).
        last.trailingHeaders().clear();
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse head
        && head.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
      answering = true;
    }
    ctx.write(message, promise);
  }

  private @Nullable Fault checkHead(Exchange exchange, HttpRequest head) {
    if (head.headers().contains(HttpHeaderNames.EXPECT) && expectsMore(head)) {
      return Fault.of(FaultKind.EXPECTATION_FAILED, "the only expectation served is 100-continue");
    }
    if (HttpUtil.getContentLength(head, 0L) > maxBodyBytes) {
      return tooLarge();
    }
    return head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)
            && exchange.route().upstream()
            && exchange.route() != Route.UPLOAD
            && isEncoded(head)
        ? Fault.of(
            FaultKind.UNSUPPORTED_ENCODING,
            "the request body is compressed, but has to be read here: send it without"
                + " Content-Encoding")
        : null;
  }

  private static boolean expectsMore(HttpRequest head) {
    return head.headers().getAll(HttpHeaderNames.EXPECT).stream()
        .anyMatch(expect -> !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect));
  }

  /**
   * RFC 9110 section 8.4: what the sender has put around the body, {@code identity} for nothing.
   */
  private static boolean isEncoded(HttpRequest head) {
    for (String codings : head.headers().getAll(HttpHeaderNames.CONTENT_ENCODING)) {
      for (String coding : codings.split(",", -1)) {
        String name = coding.strip();
        if (!name.isEmpty() && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(name)) {
          return announcesBody(head);
        }
      }
    }
    return false;
  }

  private static boolean announcesBody(HttpRequest head) {
    return !(head instanceof HttpContent)
        && (HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0);
  }

  /** RFC 9110 section 10.1.1: not for HTTP/1.0, and not where no body is announced. */
  private static boolean awaitsLeave(HttpRequest head) {
    return HttpUtil.is100ContinueExpected(head) && announcesBody(head);
  }

  private Fault tooLarge() {
    return Fault.of(
        FaultKind.BODY_TOO_LARGE,
        "the request body is longer than " + maxBodyBytes + " bytes: send files by upload");
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if closing fails
  private void refuse(ChannelHandlerContext ctx, Object message, Fault fault) {
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    try {
      if (answering) {
        exchange.failed(fault);
        ctx.close();
      } else {
        FaultResponder.respond(ctx, exchange, fault, true);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }
}
