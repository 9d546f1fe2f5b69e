package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.scan.KeyScrub;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes keys out of what Google says, where it was read and is written anew: escapes have hidden
 * nothing by then. Pure.
 */
final class Redaction {
  /** What is shorter is no key, and would be found in the words around it. */
  private static final int MIN_KEY_CHARS = 8;

  private Redaction() {}

  /**
   * Scrubs JSON.
   *
   * @param json taken: as a generator of JSON has written it
   * @param key the key that the answer was given for, or null
   * @return what to use in its place, owned by the caller
   */
  static ByteBuf take(ByteBuf json, ByteBufAllocator alloc, @Nullable Secret key) {
    String text = key == null ? "" : key.reveal();
    List<byte[]> keys =
        text.length() < MIN_KEY_CHARS
            ? List.of()
            : List.of(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    return KeyScrub.take(json, alloc, keys);
  }
}
