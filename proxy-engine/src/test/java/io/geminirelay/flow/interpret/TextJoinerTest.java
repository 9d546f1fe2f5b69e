package io.geminirelay.flow.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.AnswerReference;
import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text is kept once, and always as the inside of a JSON string. */
class TextJoinerTest {
  private static String read(TextJoiner joiner, long from) {
    CompositeByteBuf json = ByteBufAllocator.DEFAULT.compositeBuffer(joiner.blocks() + 2);
    json.addComponent(true, Unpooled.wrappedBuffer("[{\"t\":\"".getBytes(StandardCharsets.UTF_8)));
    joiner.giveTo(json, from);
    json.addComponent(true, Unpooled.wrappedBuffer("\"}]".getBytes(StandardCharsets.UTF_8)));
    byte[] bytes = new byte[json.readableBytes()];
    json.readBytes(bytes);
    json.release();
    return (String) AnswerReference.elements(bytes).get(0).get("t");
  }

  private static void look(TextJoiner joiner, byte[] bytes) {
    ByteBuf buf = Unpooled.wrappedBuffer(bytes);
    joiner.look(buf, 0, bytes.length);
    buf.release();
  }

  private static void assertJoined(String expected, byte[] bytes) {
    EverySplit.of(
        bytes,
        20,
        7,
        pieces -> {
          TextJoiner joiner = new TextJoiner(ByteBufAllocator.DEFAULT);
          pieces.forEach(piece -> look(joiner, piece));
          joiner.end();
          assertEquals(expected, read(joiner, 0));
          joiner.release();
        });
  }

  @Test
  void keepsEveryKindOfCharacterWhereverItIsCut() {
    String text = "a\"\\\u0000\u001f\u007f é ߿ ࠀ ￿ 😀 \u2028 plain text that is long enough \r\n\t";
    assertJoined(text, text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "41 FF 42, A\uFFFDB",
    "C3 41, \uFFFDA",
    "C3, \uFFFD",
    "C0 80, \uFFFD\uFFFD",
    "E2 82 41, \uFFFDA",
    "E0 80 80, \uFFFD\uFFFD\uFFFD",
    "F0 9F 98, \uFFFD",
    "F0 9F 22, \uFFFD\"",
    "F4 90 80 80, \uFFFD\uFFFD\uFFFD\uFFFD",
    "ED A0 80, \uFFFD\uFFFD\uFFFD",
    "E2 82 AC F0 9F 98 80, €😀",
  })
  void replacesWhatIsNoUtf8(String hex, String text) {
    assertJoined(text, HexFormat.ofDelimiter(" ").parseHex(hex));
  }

  @Test
  void writesCharactersThatWereEscaped() {
    TextJoiner joiner = new TextJoiner(ByteBufAllocator.DEFAULT);
    look(joiner, new byte[] {(byte) 0xC3});
    int[] points = {
      '"', '\\', '/', 0, '\n', 0x7f, 0x80, 0x7ff, 0x800, 0xD800, 0xDFFF, 0xFFFD, 0x10000, 0x10FFFF
    };
    StringBuilder expected = new StringBuilder("\uFFFD");
    for (int point : points) {
      joiner.character(point);
      expected.append(AnswerReference.paired(Character.toString(point)));
    }
    assertEquals(expected.toString(), read(joiner, 0));
    joiner.release();
  }

  @Test
  void takesBackAndForgetsWithoutTouchingWhatWasGiven() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    TextJoiner joiner = new TextJoiner(ByteBufAllocator.DEFAULT);
    StringBuilder expected = new StringBuilder();
    StringBuilder given = new StringBuilder();
    long told = 0;
    for (int i = 0; i < 300; i++) {
      String piece = "x".repeat(random.nextInt(2_000)) + i;
      look(joiner, piece.getBytes(StandardCharsets.UTF_8));
      if (random.nextBoolean()) {
        joiner.truncate(joiner.length() - piece.length());
      } else {
        expected.append(piece);
      }
      if (random.nextInt(4) == 0) {
        given.append(read(joiner, told));
        told = joiner.length();
        joiner.forget(told);
        assertEquals(expected.toString(), given.toString(), "seed " + seed);
      }
    }
    assertEquals(expected.substring(given.length()), read(joiner, told), "seed " + seed);
    joiner.release();
  }

  @Test
  void takesTheMemoryOfALongTextOnceHoweverManyElementsHoldIt() {
    UnpooledByteBufAllocator counted = new UnpooledByteBufAllocator(true, true);
    TextJoiner joiner = new TextJoiner(counted);
    byte[] piece = "0123456789abcdef".repeat(64).getBytes(StandardCharsets.UTF_8);
    CompositeByteBuf[] elements = new CompositeByteBuf[8];
    for (int i = 0; i < 8 * 1024; i++) {
      look(joiner, piece);
      if (i % 1024 == 1023) {
        elements[i / 1024] = counted.compositeDirectBuffer(joiner.blocks());
        joiner.giveTo(elements[i / 1024], 0);
      }
    }
    long used = counted.metric().usedDirectMemory();
    assertEquals(8 << 20, joiner.length());
    assertEquals(joiner.capacity(), used);
    assertTrue(used < 9 << 20, "bytes for 8 MiB: " + used);
    assertEquals(8 << 20, elements[7].readableBytes());
    joiner.release();
    assertEquals(used, counted.metric().usedDirectMemory(), "the last element holds all");
    for (CompositeByteBuf element : List.of(elements)) {
      element.release();
    }
    assertEquals(0, counted.metric().usedDirectMemory());
  }
}
