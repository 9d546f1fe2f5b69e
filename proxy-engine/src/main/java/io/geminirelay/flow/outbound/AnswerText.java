package io.geminirelay.flow.outbound;

import io.geminirelay.flow.relay.FirstAnswerGate;
import io.geminirelay.flow.relay.HeldAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufInputStream;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Makes the body of a held error answer readable: a copy in one piece, gzip undone. */
final class AnswerText {
  private AnswerText() {}

  /** Whether the body of {@code head} is gzip and will be undone. */
  static boolean isCoded(HttpResponse head) {
    return head.headers().contains(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP, true);
  }

  /** A copy of the body held so far, at most 1 MiB when it was coded; the caller releases it. */
  static ByteBuf give(HeldAnswer answer, ByteBufAllocator alloc) {
    ByteBuf copy = answer.giveCopy(alloc);
    return isCoded(answer.head()) ? takeCoded(copy, alloc) : copy;
  }

  private static ByteBuf takeCoded(ByteBuf coded, ByteBufAllocator alloc) {
    ByteBuf plain = alloc.buffer();
    try (InputStream in = new GZIPInputStream(new ByteBufInputStream(coded))) {
      // The bound keeps a small coded body from growing without end.
      while (plain.readableBytes() < FirstAnswerGate.MAX_ERROR_BYTES
          && plain.writeBytes(in, 4096) > 0) {}
    } catch (IOException e) {
      // A body cut at the bound, or not gzip at all: what could be read has to do.
      plain.touch(e.getMessage());
    } finally {
      coded.release();
    }
    return plain;
  }
}
