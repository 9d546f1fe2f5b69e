package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.exchange.ReadGate;
import io.geminirelay.base.http2.FrameWatch;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Keeps the rules of one HTTP/2 stream that the frame codec leaves to us: request targets and
 * hosts, no body in answers to HEAD, and a proper end where the answer is complete before the
 * request.
 *
 * <p>First in the stream's pipeline but for what flushes it. Keeps how far both directions are.
 * Event loop only.
 */
final class Http2StreamHandler extends ChannelDuplexHandler {
  private final ClientLimits limits;
  private final FrameWatch watch;
  private final StreamLinger linger;
  private boolean begun;
  private boolean requestEnded;
  private boolean refused;
  private boolean head;

  Http2StreamHandler(ClientLimits limits, FrameWatch watch, KeptStreams kept) {
    this.limits = limits;
    this.watch = watch;
    this.linger = new StreamLinger(kept);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (refused || !(message instanceof Http2StreamFrame)) {
      noteEnd(message);
      if (message instanceof Http2DataFrame data) {
        linger.dropped(ctx, data.initialFlowControlledBytes());
      }
      ReferenceCountUtil.release(message);
      return;
    }
    noteEnd(message);
    if (message instanceof Http2HeadersFrame frame && !begun) {
      begun = true;
      head = HttpMethod.HEAD.asciiName().contentEquals(frame.headers().method());
      StreamRules.Problem problem = StreamRules.check(frame.headers(), limits);
      if (problem != null) {
        refused = true;
        ctx.fireChannelRead(refusal(frame.headers(), problem));
        return;
      }
    }
    ctx.fireChannelRead(message);
  }

  private void noteEnd(Object message) {
    requestEnded |=
        (message instanceof Http2HeadersFrame headers && headers.isEndStream())
            || (message instanceof Http2DataFrame data && data.isEndStream());
  }

  private HttpRequest refusal(Http2Headers headers, StreamRules.Problem problem) {
    HttpMethod method = head ? HttpMethod.HEAD : HttpMethod.GET;
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, StreamRules.target(headers));
    request.setDecoderResult(FramingFaults.failure(problem.kind(), problem.detail()));
    return request;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof Http2HeadersFrame frame) {
      boolean interim =
          frame.headers().status() != null && frame.headers().status().charAt(0) == '1';
      boolean end = frame.isEndStream() || (head && !interim);
      ctx.write(
          end == frame.isEndStream() ? frame : new DefaultHttp2HeadersFrame(frame.headers(), end),
          end ? ending(ctx, promise) : promise);
    } else if (message instanceof Http2DataFrame data) {
      if (head) {
        data.release();
        promise.trySuccess();
        return;
      }
      watch.sending(data.content().readableBytes());
      ctx.write(data, data.isEndStream() ? ending(ctx, promise) : promise);
    } else {
      ctx.write(message, promise);
    }
  }

  // RFC 9113 section 8.1: nobody reads the rest of the request, and the client keeps the answer.
  private ChannelPromise ending(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (requestEnded) {
      return promise;
    }
    refused = true;
    ReadGate.of(ctx.channel()).resumeAll();
    return promise
        .unvoid()
        .addListener(
            written -> {
              if (written.isSuccess() && !requestEnded) {
                linger.begin(ctx);
              }
            });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame) {
      // Data that nobody reads at the moment would hide the reset; closed later, when the stream
      // has ended for the codec too, so that no reset answers a reset.
      ctx.executor().execute(ctx::close);
      ReferenceCountUtil.release(event);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  // A malformed stream has been reset by the codec (RFC 9113 section 8.1.1).
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof Http2Exception)) {
      ctx.fireExceptionCaught(cause);
    }
  }
}
