package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextFeedTest {

  @ParameterizedTest
  @ValueSource(strings = {"word and ", "unbrokenunbroken", "\u6f22\u5b57\u6f22", "\uD83D\uDE00"})
  void givesALongTextInSegmentsThatAreWhole(String unit) {
    String text = unit.repeat(300_000 / unit.length());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(1);
    for (int largest : new int[] {10, 5_000, 1 << 20}) {
      HeardTexts heard = new HeardTexts();
      TextFeed feed = new TextFeed(heard);
      ByteBuf buf = Unpooled.wrappedBuffer(bytes);
      feed.begin();
      for (int from = 0; from < bytes.length; ) {
        int to = Math.min(bytes.length, from + 1 + random.nextInt(largest));
        feed.look(buf, from, to);
        from = to;
      }
      feed.end();
      assertEquals(text, String.join("", heard.texts()));
      assertTrue(heard.texts().size() >= bytes.length / (40 << 10), "segments");
    }
  }
}
