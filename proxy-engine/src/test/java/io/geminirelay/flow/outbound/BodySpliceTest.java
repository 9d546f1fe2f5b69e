package io.geminirelay.flow.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BodySpliceTest {
  private static BodySplice.Edit edit(int from, int to, String text) {
    return new BodySplice.Edit(from, to, text.getBytes(UTF_8));
  }

  /** What comes out; each piece is handed in as a part of a buffer that stays as it is. */
  private static String spliced(List<BodySplice.Edit> edits, List<byte[]> pieces) {
    BodySplice splice = new BodySplice(edits);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      ByteBuf kept = Unpooled.buffer().writeInt(-1).writeBytes(piece).writeInt(-1);
      ByteBuf sent = splice.take(kept.retainedSlice(4, piece.length));
      out.writeBytes(ByteBufUtil.getBytes(sent));
      sent.release();
      assertEquals(1, kept.refCnt(), "what is kept stays with its owner");
      assertEquals(piece.length + 8, kept.readableBytes());
      kept.release();
    }
    return out.toString(UTF_8);
  }

  private static void check(String body, String expected, BodySplice.Edit... edits) {
    List<BodySplice.Edit> all = List.of(edits);
    assertEquals(expected.length() - body.length(), new BodySplice(all).growth());
    EverySplit.of(
        body.getBytes(UTF_8), 50, 3, pieces -> assertEquals(expected, spliced(all, pieces)));
  }

  @Test
  void insertsAndReplacesWhateverTheCut() {
    check("{}", "{x}", edit(1, 1, "x"));
    check("{\"a\":1}", "{x,\"a\":1}", edit(1, 1, "x,"));
    check("abcdefgh", "Xabcdefgh", edit(0, 0, "X"));
    check("abcdefgh", "abXYZfgh", edit(2, 5, "XYZ"));
    check("abcdefgh", "abfgh", edit(2, 5, ""));
    check("abcdefgh", "X", edit(0, 8, "X"));
    check("abcdefgh", "aXbcYZh", edit(1, 1, "X"), edit(3, 7, "YZ"));
    check("abcdefgh", "aXYdefgZ", edit(1, 2, "X"), edit(2, 3, "Y"), edit(7, 8, "Z"));
    check("abcdefgh", "abXYcdefgh", edit(2, 2, "X"), edit(2, 2, "Y"));
    check("abcdefgh", "abcdefgh");
  }

  @Test
  void equalsTheEditOfTheWholeText() {
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      StringBuilder body = new StringBuilder();
      StringBuilder expected = new StringBuilder();
      List<BodySplice.Edit> edits = new ArrayList<>();
      for (int i = 0, runs = 1 + random.nextInt(6); i < runs; i++) {
        String passed = "p".repeat(random.nextInt(20));
        String left = "l".repeat(random.nextInt(20));
        String given = "g".repeat(random.nextInt(20));
        body.append(passed);
        edits.add(edit(body.length(), body.length() + left.length(), given));
        body.append(left);
        expected.append(passed).append(given);
      }
      body.append('.');
      expected.append('.');
      byte[] bytes = body.toString().getBytes(UTF_8);
      List<byte[]> pieces = EverySplit.randomly(bytes, 1 + random.nextInt(30), random);
      assertEquals(expected.toString(), spliced(edits, pieces), "round " + round);
    }
  }

  @Test
  void passesPiecesWithoutAnEditAsTheyAre() {
    BodySplice splice = new BodySplice(List.of(edit(5, 6, "X")));
    ByteBuf before = Unpooled.copiedBuffer("abcde", UTF_8);
    ByteBuf at = Unpooled.copiedBuffer("fg", UTF_8);
    ByteBuf after = Unpooled.copiedBuffer("hi", UTF_8);
    assertSame(before, splice.take(before));
    ByteBuf edited = splice.take(at);
    assertEquals("Xg", edited.toString(UTF_8));
    assertSame(after, splice.take(after));
    List.of(before, edited, after).forEach(ByteBuf::release);
    assertEquals(0, at.refCnt());
  }
}
