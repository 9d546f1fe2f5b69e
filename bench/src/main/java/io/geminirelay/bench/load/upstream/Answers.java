package io.geminirelay.bench.load.upstream;

import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;

/** Whole answers, made once for each length; used by the event loop alone. */
final class Answers {
  /** From this length on an answer is a picture instead of text. */
  private static final int PICTURE_BYTES = 65_536;

  private static final String FRAME =
      "{\"candidates\": [{\"content\": {\"parts\": [{%s}],\"role\": \"model\"},\"finishReason\":"
          + " \"STOP\",\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\":"
          + " 8,\"candidatesTokenCount\": 64,\"totalTokenCount\": 72},\"modelVersion\":"
          + " \"gemini-2.5-flash\"}";
  private static final String TEXT = FRAME.formatted("\"text\": \"%s\"");
  private static final String PICTURE =
      FRAME.formatted("\"inlineData\": {\"mimeType\": \"image/png\",\"data\": \"%s\"}");

  private static final Map<Integer, ByteBuf> BODIES = new HashMap<>();

  private Answers() {}

  /** The body of so many bytes; the caller duplicates and releases nothing. */
  static ByteBuf body(int bytes) {
    return BODIES.computeIfAbsent(bytes, Answers::make);
  }

  private static ByteBuf make(int bytes) {
    String frame = bytes < PICTURE_BYTES ? TEXT : PICTURE;
    int hole = frame.indexOf("%s");
    ByteBuf body = Unpooled.directBuffer(bytes, bytes);
    ByteBufUtil.writeAscii(body, frame.substring(0, hole));
    int filling = bytes - frame.length() + 2;
    for (int i = 0; i < filling; i++) {
      // Any letters do: a picture's base64 is no more to a proxy.
      body.writeByte('A' + i % 26);
    }
    ByteBufUtil.writeAscii(body, frame.substring(hole + 2));
    return Frames.constant(body);
  }
}
