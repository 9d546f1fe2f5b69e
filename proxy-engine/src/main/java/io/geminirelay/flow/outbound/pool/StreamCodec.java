package io.geminirelay.flow.outbound.pool;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import java.util.List;

/**
 * Turns HTTP objects into the frames of one HTTP/2 stream and back, without the marks that the
 * conversion would leave in an answer's headers.
 *
 * <p>First in the stream's pipeline; keeps only which scheme requests name.
 */
final class StreamCodec extends Http2StreamFrameToHttpObjectCodec {
  private final boolean tls;

  StreamCodec(boolean tls) {
    super(false);
    this.tls = tls;
  }

  /** The parent may have TLS for the egress proxy only. */
  @Override
  protected boolean isSsl(ChannelHandlerContext ctx) {
    return tls;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, Http2StreamFrame frame, List<Object> out)
      throws Exception {
    super.decode(ctx, frame, out);
    for (int i = 0; i < out.size(); i++) {
      if (out.get(i) instanceof HttpResponse head) {
        head.headers().remove(ExtensionHeaderNames.STREAM_ID.text());
      }
    }
  }
}
