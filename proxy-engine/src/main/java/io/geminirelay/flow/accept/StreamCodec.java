package io.geminirelay.flow.accept;

import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import java.util.List;

/**
 * Turns frames of a stream into HTTP objects and back, without the notes that Netty leaves among
 * the headers. Sharable: keeps nothing.
 */
@ChannelHandler.Sharable
final class StreamCodec extends Http2StreamFrameToHttpObjectCodec {
  static final StreamCodec INSTANCE = new StreamCodec();

  private StreamCodec() {
    super(true);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, Http2StreamFrame frame, List<Object> out)
      throws Exception {
    try {
      super.decode(ctx, frame, out);
    } catch (Http2Exception | IllegalArgumentException e) {
      String target =
          frame instanceof Http2HeadersFrame head ? StreamRules.target(head.headers()) : "/";
      out.add(refused(target));
      return;
    }
    if (!out.isEmpty() && out.get(out.size() - 1) instanceof HttpRequest request) {
      HttpHeaders headers = request.headers();
      headers.remove(ExtensionHeaderNames.STREAM_ID.text());
      headers.remove(ExtensionHeaderNames.SCHEME.text());
    }
  }

  private static HttpRequest refused(String target) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    request.setDecoderResult(
        FramingFaults.failure(FaultKind.BAD_FRAMING, "the request's headers are malformed"));
    return request;
  }
}
