package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.http2.FrameWatch;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns HTTP objects into the frames of one HTTP/2 stream and back, without the marks that the
 * conversion would leave in an answer's headers; an answer whose parts come in an order that is
 * none ends as a failed one (RFC 9113 section 8.1).
 *
 * <p>Before all of the stream's pipeline that speaks of HTTP; keeps which scheme requests name, and
 * how far the answer is.
 */
final class StreamCodec extends Http2StreamFrameToHttpObjectCodec {
  /** Answers before the answer; a real one has one or two. */
  private static final int MAX_INTERIM = 32;

  private final boolean tls;
  private final FrameWatch watch;
  private boolean begun;
  private int interim;

  StreamCodec(boolean tls, FrameWatch watch) {
    super(false);
    this.tls = tls;
    this.watch = watch;
  }

  /** The parent may have TLS for the egress proxy only. */
  @Override
  protected boolean isSsl(ChannelHandlerContext ctx) {
    return tls;
  }

  @Override
  protected void encode(ChannelHandlerContext ctx, HttpObject object, List<Object> out)
      throws Exception {
    if (object instanceof HttpContent content) {
      watch.sending(content.content().readableBytes());
    }
    super.encode(ctx, object, out);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, Http2StreamFrame frame, List<Object> out)
      throws Exception {
    if (frame instanceof Http2HeadersFrame head && !isNumber(head.headers().status())) {
      // The conversion would leave the buffer behind that it makes for an answer without body.
      out.add(failed("the :status is no number"));
      return;
    }
    super.decode(ctx, frame, out);
    for (int i = 0; i < out.size(); i++) {
      String broken = broken(out.get(i));
      if (broken != null) {
        out.forEach(ReferenceCountUtil::release);
        out.clear();
        out.add(failed(broken));
      }
    }
  }

  private static LastHttpContent failed(String broken) {
    LastHttpContent end = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
    end.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(broken)));
    return end;
  }

  /** Three digits from 100 on, or nothing at all, as in trailers (RFC 9110 section 15). */
  private static boolean isNumber(@Nullable CharSequence status) {
    boolean good = status == null || (status.length() == 3 && status.charAt(0) != '0');
    for (int i = 0; good && status != null && i < 3; i++) {
      good = status.charAt(i) >= '0' && status.charAt(i) <= '9';
    }
    return good;
  }

  private @Nullable String broken(Object part) {
    if (part instanceof HttpResponse head) {
      if (head.headers().size() > AnswerDecoder.MAX_HEADER_FIELDS) {
        return "more than " + AnswerDecoder.MAX_HEADER_FIELDS + " header fields";
      }
      head.headers().remove(ExtensionHeaderNames.STREAM_ID.text());
      if (head.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
        begun = true;
      } else if (head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
        return "HTTP/2 has no 101 (RFC 9113 section 8.6)";
      } else if (++interim > MAX_INTERIM) {
        return "more interim answers than " + MAX_INTERIM;
      }
      return null;
    }
    return begun ? null : "a body without a head";
  }
}
