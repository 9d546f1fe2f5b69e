package io.geminirelay.base.tokens;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Counts whole texts. */
final class Counting {
  private Counting() {}

  static long count(TextCounter counter, String text) {
    return count(counter, List.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Gives a text in pieces, each somewhere inside a buffer. */
  static long count(TextCounter counter, List<byte[]> pieces) {
    counter.reset();
    counter.begin();
    for (byte[] piece : pieces) {
      look(counter, piece);
    }
    counter.end();
    return counter.tokens();
  }

  static void look(TextCounter counter, byte[] piece) {
    ByteBuf buf = Unpooled.wrappedBuffer(new byte[] {'<'}, piece, new byte[] {'>'});
    try {
      counter.look(buf, 1, 1 + piece.length);
    } finally {
      buf.release();
    }
  }
}
