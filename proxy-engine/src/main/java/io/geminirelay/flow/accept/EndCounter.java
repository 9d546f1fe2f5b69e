package io.geminirelay.flow.accept;

import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import java.nio.charset.StandardCharsets;

/**
 * Counts an HTTP/2 connection that the gateway ends for what its client did, once, by the GOAWAY
 * that it sends. Event loop only.
 */
final class EndCounter extends Http2ConnectionAdapter {
  private static final ByteBuf RESETS =
      Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer("RST".getBytes(StandardCharsets.US_ASCII)))
          .asReadOnly();

  private final Refusals refusals;
  private boolean counted;

  EndCounter(Refusals refusals) {
    this.refusals = refusals;
  }

  @Override
  public void onGoAwaySent(int lastStreamId, long errorCode, ByteBuf debugData) {
    // NO_ERROR is an end in order; INTERNAL_ERROR would be a mistake of our own.
    if (counted
        || errorCode == Http2Error.NO_ERROR.code()
        || errorCode == Http2Error.INTERNAL_ERROR.code()) {
      return;
    }
    counted = true;
    if (errorCode != Http2Error.ENHANCE_YOUR_CALM.code()) {
      refusals.count(Refusal.BROKEN_HTTP2);
    } else {
      // The codec tells what there was too much of in its words alone.
      boolean resets = ByteBufUtil.indexOf(RESETS, debugData) >= 0;
      refusals.count(resets ? Refusal.RESETS : Refusal.CONTROL_FRAMES);
    }
  }
}
