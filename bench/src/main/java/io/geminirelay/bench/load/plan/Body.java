package io.geminirelay.bench.load.plan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;

/**
 * The body of a request.
 *
 * @param bytes its length
 * @param kind what fills it
 */
public record Body(int bytes, Kind kind) {
  /** What fills a body. */
  public enum Kind {
    /** One prompt of words. */
    PROSE,
    /** A picture, inline in base64, with a short prompt. */
    MEDIA
  }

  /** Of the ordinary request. */
  public static final Body SMALL = new Body(1024, Kind.PROSE);

  private static final String PROSE_FRAME =
      "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}]}";
  private static final String MEDIA_FRAME =
      "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"What is this?\"},"
          + "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"%s\"}}]}]}";
  private static final String[] WORDS = {
    "the", "relay", "keeps", "each", "answer", "as", "it", "came", "from", "above", "and", "tells",
    "what", "a", "reader", "wants", "to", "know", "of", "time", "cost", "order", "in", "plain"
  };
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  /** Refuses what has no room for its frame. */
  public Body {
    if (bytes < 256) {
      throw new IllegalArgumentException("a body of " + bytes + " bytes");
    }
  }

  /** Writes it; the same bytes each time. */
  public ByteBuf write() {
    String frame = kind == Kind.PROSE ? PROSE_FRAME : MEDIA_FRAME;
    int hole = frame.indexOf("%s");
    int filling = bytes - frame.length() + 2;
    ByteBuf body = Unpooled.directBuffer(bytes, bytes);
    ByteBufUtil.writeAscii(body, frame.substring(0, hole));
    if (kind == Kind.PROSE) {
      prose(body, filling);
    } else {
      base64(body, filling);
    }
    ByteBufUtil.writeAscii(body, frame.substring(hole + 2));
    return body;
  }

  private static void prose(ByteBuf body, int filling) {
    SplittableRandom random = new SplittableRandom(1);
    int end = body.writerIndex() + filling;
    while (body.writerIndex() < end) {
      String word = WORDS[random.nextInt(WORDS.length)] + ' ';
      int most = Math.min(word.length(), end - body.writerIndex());
      ByteBufUtil.writeAscii(body, word.substring(0, most));
    }
  }

  private static void base64(ByteBuf body, int filling) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < filling; i++) {
      body.writeByte(BASE64.charAt(random.nextInt(BASE64.length())));
    }
  }
}
