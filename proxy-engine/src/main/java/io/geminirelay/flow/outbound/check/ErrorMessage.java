package io.geminirelay.flow.outbound.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.scan.KeyScrub;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The sentence for people in an error body, short and without keys: Google writes keys into some.
 * Pure.
 */
final class ErrorMessage {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_CHARS = 200;
  private static final int MAX_DEPTH = 8;

  private ErrorMessage() {}

  /** The first {@code message} in {@code body}, or an empty text. Borrows. */
  static String look(ByteBuf body, ByteBufAllocator alloc, Secret key) {
    ByteBuf clean = KeyScrub.take(alloc.buffer().writeBytes(body.slice()), alloc, keys(key));
    try {
      return tidied(message(ByteBufUtil.getBytes(clean)), alloc, key);
    } finally {
      clean.release();
    }
  }

  /** {@code text} in one short line, without keys. */
  static String tidied(String text, ByteBufAllocator alloc, Secret key) {
    // Once more: in JSON a key may have been written with escapes.
    ByteBuf written = alloc.buffer();
    written.writeCharSequence(text, StandardCharsets.UTF_8);
    ByteBuf clean = KeyScrub.take(written, alloc, keys(key));
    try {
      String whole = new String(ByteBufUtil.getBytes(clean), StandardCharsets.UTF_8);
      String line = whole.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
      return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS - 1) + "…";
    } finally {
      clean.release();
    }
  }

  private static List<byte[]> keys(Secret key) {
    return List.of(key.reveal().getBytes(StandardCharsets.UTF_8));
  }

  private static String message(byte[] body) {
    try (JsonParser in = JSON.createParser(body)) {
      int depth = 0;
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > MAX_DEPTH) {
          return "";
        }
        boolean named = token == JsonToken.FIELD_NAME && in.currentName().equals("message");
        if (named && in.nextToken() == JsonToken.VALUE_STRING) {
          return in.getText();
        }
      }
    } catch (IOException notJson) {
      return "";
    }
    return "";
  }
}
