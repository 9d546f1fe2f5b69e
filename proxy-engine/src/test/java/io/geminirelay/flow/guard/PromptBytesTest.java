package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromptBytesTest {
  private static final int RUN = 4 * 258;
  private static final String MENTION = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"";

  /** The same, byte by byte. */
  private static long counted(byte[] body) {
    long count = 0;
    long run = 0;
    for (byte b : body) {
      boolean breaks = b == '"' || b == ' ' || b < 0;
      run = breaks ? 0 : run + 1;
      count += run <= RUN ? 1 : 0;
    }
    return count;
  }

  @Test
  void countsRunsAlikeHoweverTheyAreCutAndBroken() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      byte[] text = new byte[random.nextInt(6_000)];
      int rarity = 1 << random.nextInt(12);
      for (int i = 0; i < text.length; i++) {
        boolean any = random.nextInt(rarity) == 0;
        text[i] = (byte) (any ? random.nextInt(256) : 'A' + random.nextInt(26));
      }
      PromptBytes bytes = new PromptBytes();
      look(bytes, MENTION.getBytes(StandardCharsets.US_ASCII), 0, MENTION.length());
      assertTrue(bytes.hasMedia());
      long before = bytes.bytes();
      for (int from = 0, to; from < text.length; from = to) {
        to = Math.min(text.length, from + 1 + random.nextInt(text.length));
        look(bytes, text, from, to);
      }
      assertEquals(counted(text), bytes.bytes() - before, "round " + round);
    }
  }

  private static void look(PromptBytes bytes, byte[] body, int from, int to) {
    ByteBuf piece = Unpooled.directBuffer(to - from + 3).writeZero(3).skipBytes(3);
    piece.writeBytes(body, from, to - from);
    bytes.look(piece);
    piece.release();
  }
}
