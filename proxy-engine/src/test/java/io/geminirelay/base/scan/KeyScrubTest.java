package io.geminirelay.base.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyScrubTest {
  private static ByteBuf body(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String scrub(String text, String key) {
    ByteBuf body = body(text);
    ByteBuf scrubbed =
        KeyScrub.take(
            body,
            UnpooledByteBufAllocator.DEFAULT,
            List.of(key.getBytes(StandardCharsets.US_ASCII)));
    String result = scrubbed.toString(StandardCharsets.UTF_8);
    scrubbed.release();
    assertEquals(0, body.refCnt());
    return result;
  }

  @Test
  void replacesKeysAndWhatLooksLikeOne() {
    String standard = "AIza" + "x_-9".repeat(9).substring(0, 35);
    assertEquals("a [redacted] b", scrub("a " + standard + " b", "none"));
    assertEquals("[redacted]'", scrub("AQ." + "b".repeat(25) + "'", "none"));
    assertEquals("AQ." + "b".repeat(19), scrub("AQ." + "b".repeat(19), "none"));
    assertEquals("[redacted][redacted]", scrub("secretsecret", "secret"));
  }

  @Test
  void leavesNoPartOfAKeyBehindWhatLooksLikeOne() {
    String key = "AIza" + "k".repeat(35);
    for (String before : List.of("AIza", "AIzaAIza", "AIza" + "x".repeat(34), "AQ.", "AQ.bbbb")) {
      assertEquals("[redacted]!", scrub(before + key + "!", key));
    }
    assertEquals(
        "[redacted]!",
        scrub("AIza" + "x".repeat(30) + "secret-that-is-long!", "secret-that-is-long"));
  }

  @Test
  void handsBackTheSameBufferWhenThereIsNothingToTakeOut() {
    ByteBuf body = body("{\"error\":{}} AIza");
    assertSame(body, KeyScrub.take(body, UnpooledByteBufAllocator.DEFAULT, List.of(new byte[0])));
    assertEquals(1, body.refCnt());
    body.release();
  }

  @Test
  void findsANeedleAcrossPieces() {
    Random random = new Random(7);
    for (int round = 0; round < 3000; round++) {
      StringBuilder hay = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        hay.append((char) ('a' + random.nextInt(2)));
      }
      String needle = round % 2 == 0 ? "aabaab" : "abab";
      ByteSearch search = new ByteSearch(needle.getBytes(StandardCharsets.US_ASCII));
      ByteBuf buf = body(hay.toString());
      int expected = hay.indexOf(needle);
      for (int at = 0, end; at < hay.length(); at = end) {
        end = Math.min(hay.length(), at + 1 + random.nextInt(5));
        int found = at;
        while (found >= 0 && (found = search.look(buf, found, end)) >= 0) {
          assertEquals(expected + needle.length(), found, hay.toString());
          expected = hay.indexOf(needle, found);
        }
      }
      assertEquals(-1, expected);
    }
  }
}
