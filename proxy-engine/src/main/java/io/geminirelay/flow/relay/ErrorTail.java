package io.geminirelay.flow.relay;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.scan.KeyScrub;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of a stream from the error on that showed itself in it: held until it is whole, so that
 * the texts of keys can be taken out of it wherever it was cut.
 *
 * <p>Owns a copy of these bytes until {@link #give()} or {@link #release()}; what passes {@link
 * FirstAnswerGate#MAX_ERROR_BYTES} is dropped. Used on the client's event loop.
 */
final class ErrorTail {
  private final ByteBufAllocator alloc;
  private final Secret key;
  // Owner: this object, until given or released.
  private @Nullable ByteBuf bytes;
  private boolean cut;

  ErrorTail(ByteBufAllocator alloc, Secret key) {
    this.alloc = alloc;
    this.key = key;
    this.bytes = alloc.buffer();
  }

  /** Adds a piece. Takes ownership. */
  void take(HttpContent piece) {
    try {
      if (bytes != null) {
        int room = FirstAnswerGate.MAX_ERROR_BYTES - bytes.readableBytes();
        cut |= piece.content().readableBytes() > room;
        bytes.writeBytes(piece.content(), Math.min(room, piece.content().readableBytes()));
      }
    } finally {
      piece.release();
    }
  }

  /** Whether some of it was dropped. */
  boolean isCut() {
    return cut;
  }

  /** The bytes without keys; the caller releases them. */
  ByteBuf give() {
    ByteBuf given = bytes;
    bytes = null;
    return given == null
        ? Unpooled.EMPTY_BUFFER
        : KeyScrub.take(given, alloc, List.of(key.reveal().getBytes(StandardCharsets.UTF_8)));
  }

  /** Lets go of the bytes. */
  void release() {
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
  }
}
