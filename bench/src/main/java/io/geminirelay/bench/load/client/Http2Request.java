package io.geminirelay.bench.load.client;

import io.geminirelay.bench.load.plan.Ask;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * A request as frames of HTTP/2. The first one of a connection names its fields in full, and has
 * the other side remember them; all others are told by number, as ordinary clients do it.
 */
final class Http2Request {
  private final byte[] first;
  private final byte[] later;
  private final int bodyBytes;
  private final int firstBlock;
  private final int laterBlock;

  /** Of one body that fits into one frame. */
  Http2Request(Ask ask, String model) {
    ByteBuf body = ask.body().write();
    bodyBytes = body.readableBytes();
    if (bodyBytes > Frames.MAX_PAYLOAD) {
      throw new IllegalArgumentException("too long for one frame: " + bodyBytes);
    }
    Http2Headers fields =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .path(ask.path(model))
            .authority("127.0.0.1")
            .add("user-agent", "load")
            .add("accept", "*/*")
            .add("content-type", "application/json")
            .add("x-goog-api-key", Workload.TOKEN)
            .add("content-length", Integer.toString(bodyBytes));
    try (DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder()) {
      ByteBuf full = block(encoder, fields);
      ByteBuf numbers = block(encoder, fields);
      firstBlock = full.readableBytes();
      laterBlock = numbers.readableBytes();
      first = request(full, body);
      later = request(numbers, body);
    } finally {
      body.release();
    }
  }

  private static ByteBuf block(DefaultHttp2HeadersEncoder encoder, Http2Headers fields) {
    ByteBuf block = Unpooled.buffer();
    try {
      encoder.encodeHeaders(1, fields, block);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    return block;
  }

  private byte[] request(ByteBuf block, ByteBuf body) {
    ByteBuf bytes = Unpooled.directBuffer();
    Frames.head(bytes, block.readableBytes(), Frames.HEADERS, Frames.END_HEADERS, 1);
    bytes.writeBytes(block);
    Frames.head(bytes, bodyBytes, Frames.DATA, Frames.END_STREAM, 1);
    bytes.writeBytes(body, body.readerIndex(), bodyBytes);
    block.release();
    byte[] copy = ByteBufUtil.getBytes(bytes);
    bytes.release();
    return copy;
  }

  /** Length of the body. */
  int bodyBytes() {
    return bodyBytes;
  }

  /** The frames for stream {@code id}; 1 is the first of its connection. The caller releases. */
  ByteBuf frames(int id, ByteBufAllocator allocator) {
    byte[] pattern = id == 1 ? first : later;
    int block = id == 1 ? firstBlock : laterBlock;
    ByteBuf frames = allocator.directBuffer(pattern.length);
    frames.writeBytes(pattern);
    frames.setInt(5, id);
    frames.setInt(Frames.HEAD_BYTES + block + 5, id);
    return frames;
  }
}
