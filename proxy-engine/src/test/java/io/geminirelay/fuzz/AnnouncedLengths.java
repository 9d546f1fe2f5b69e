package io.geminirelay.fuzz;

import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.RawHttp2.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads along whether the bodies of an HTTP/2 connection are as long as their heads say; if one is
 * not, its stream is reset (RFC 9113 section 8.1.1), before or after an answer went out that needed
 * no body.
 */
final class AnnouncedLengths {
  private static final int PADDED = 0x8;
  private static final int PRIORITY = 0x20;

  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private final Map<Integer, Long> left = new HashMap<>();
  private final ByteBuf block = Unpooled.buffer();
  private boolean broken;

  /** Whether the body that {@code frame} is of, as far as it has come, is as long as was said. */
  boolean hold(Frame frame) {
    return switch (frame.type()) {
      case RawHttp2.HEADERS, RawHttp2.CONTINUATION -> head(frame) && !isShort(frame);
      case RawHttp2.DATA -> {
        left.computeIfPresent(frame.stream(), (stream, rest) -> rest - content(frame));
        yield left.getOrDefault(frame.stream(), 0L) >= 0 && !isShort(frame);
      }
      default -> true;
    };
  }

  private boolean isShort(Frame frame) {
    return frame.ends() && left.getOrDefault(frame.stream(), 0L) != 0;
  }

  private boolean head(Frame frame) {
    boolean first = frame.type() == RawHttp2.HEADERS;
    int from = first ? (isSet(frame, PADDED) ? 1 : 0) + (isSet(frame, PRIORITY) ? 5 : 0) : 0;
    int length = frame.payload().length - from - (first ? padding(frame) : 0);
    block.writeBytes(frame.payload(), Math.min(from, frame.payload().length), Math.max(0, length));
    if (isSet(frame, RawHttp2.END_HEADERS)) {
      CharSequence told = lengthTold(frame.stream());
      block.clear();
      if (told != null && !told.toString().matches("\\d{1,18}")) {
        return false;
      }
      if (told != null) {
        left.put(frame.stream(), Long.parseLong(told.toString()));
      }
    }
    return true;
  }

  private @Nullable CharSequence lengthTold(int stream) {
    if (broken) {
      return null;
    }
    try {
      Http2Headers headers = decoder.decodeHeaders(stream, block);
      return headers.get("content-length");
    } catch (Http2Exception e) {
      // The end of the whole connection.
      broken = true;
      return null;
    }
  }

  private static boolean isSet(Frame frame, int flag) {
    return (frame.flags() & flag) != 0;
  }

  private static int padding(Frame frame) {
    return isSet(frame, PADDED) && frame.payload().length > 0 ? frame.payload()[0] & 0xff : 0;
  }

  private static int content(Frame frame) {
    int pad = isSet(frame, PADDED) ? 1 + padding(frame) : 0;
    return Math.max(0, frame.payload().length - pad);
  }
}
