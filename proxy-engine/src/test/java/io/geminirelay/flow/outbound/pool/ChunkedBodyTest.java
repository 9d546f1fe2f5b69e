package io.geminirelay.flow.outbound.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chunks of one read become one piece, and what is odd about them shows as ever. */
class ChunkedBodyTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  private static EmbeddedChannel channel() {
    AnswerDecoder decoder = new AnswerDecoder();
    decoder.expect(HttpMethod.GET);
    return new EmbeddedChannel(decoder);
  }

  /** What arrives: the head as "head", pieces as their text, the end as "end" or "broken". */
  private static List<String> read(EmbeddedChannel channel, List<ByteBuf> reads) {
    List<String> all = new ArrayList<>();
    for (ByteBuf read : reads) {
      channel.writeInbound(read);
      drain(channel, all);
    }
    channel.finish();
    drain(channel, all);
    return all;
  }

  private static void drain(EmbeddedChannel channel, List<String> all) {
    HttpObject object = channel.readInbound();
    while (object != null) {
      if (object instanceof HttpResponse) {
        all.add("head");
      }
      if (object instanceof HttpContent content && content.content().isReadable()) {
        all.add(content.content().toString(UTF_8));
      }
      if (object instanceof LastHttpContent) {
        all.add(object.decoderResult().isSuccess() ? "end" : "broken");
      }
      ReferenceCountUtil.release(object);
      object = channel.readInbound();
    }
  }

  private static List<String> read(String... reads) {
    List<ByteBuf> bytes = new ArrayList<>();
    for (String read : reads) {
      bytes.add(Unpooled.copiedBuffer(read, UTF_8));
    }
    return read(channel(), bytes);
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  @Test
  void joinsTheChunksOfARead() {
    String chunks = chunk("one ") + chunk("two ") + chunk("three");
    assertEquals(List.of("head", "one two three", "end"), read(HEAD + chunks + "0\r\n\r\n"));
    assertEquals(
        List.of("head", "one two three", "four", "end"),
        read(HEAD, chunks, chunk("four") + "0\r\n\r\n"));
  }

  @Test
  void passesPartsOfAChunkOnAsTheyCome() {
    assertEquals(
        List.of("head", "on", "e two th", "ree", "end"),
        read(HEAD + "4\r\non", "e \r\n4\r\ntwo \r\n5\r\nth", "ree\r\n0\r\n\r\n"));
  }

  @Test
  void passesLongPiecesOnByReference() {
    String text = "x".repeat(20_000);
    List<String> all = read(HEAD + chunk("a") + chunk("b") + chunk(text) + chunk("c"));
    assertEquals(List.of("head", "ab", text, "c"), all);
    EmbeddedChannel channel = channel();
    ByteBuf bytes = Unpooled.copiedBuffer(HEAD + chunk(text), UTF_8);
    channel.writeInbound(bytes);
    ReferenceCountUtil.release(channel.readInbound());
    HttpContent piece = channel.readInbound();
    assertTrue(piece.content().unwrap() != null && bytes.refCnt() == 1);
    piece.release();
    assertEquals(0, bytes.refCnt());
    channel.finishAndReleaseAll();
  }

  @Test
  void bindsTheMemoryOfAPiece() {
    String chunks = chunk("x".repeat(5000)).repeat(100);
    List<String> all = read(HEAD + chunks);
    assertTrue(all.stream().allMatch(piece -> piece.length() <= 64 * 1024));
    assertEquals(500_000, all.stream().skip(1).mapToInt(String::length).sum());
  }

  @Test
  void leavesOddSizeLinesToTheCodec() {
    String odd = "4;name=value\r\none \r\n" + chunk("two ");
    assertEquals("one two ", text(read(HEAD + chunk("a ") + odd + "0\r\n\r\n")).substring(2));
    assertEquals("one ", text(read(HEAD + "0000000000004\r\none \r\n0\r\n\r\n")));
    assertEquals("one ", text(read(HEAD + "004\r\none \r\n0\r\nTrailer: x\r\n\r\n")));
  }

  private static String text(List<String> all) {
    assertEquals("head", all.get(0));
    assertEquals("end", all.get(all.size() - 1));
    return String.join("", all.subList(1, all.size() - 1));
  }

  @Test
  void showsBrokenChunks() {
    for (String broken :
        List.of(
            "4\r\none Xtwo",
            "4\r\none \rX",
            "4\r\none \n4\r\ntwo ",
            "4\none \r\n",
            "4\rXone \r\n",
            "-4\r\none \r\n",
            " \r\none \r\n",
            "x\r\none \r\n",
            "\r\none \r\n",
            "fffffffff\r\none \r\n")) {
      List<String> all = read(HEAD + chunk("a") + broken + chunk("b") + "0\r\n\r\n");
      assertEquals("broken", all.get(all.size() - 1), broken);
      assertTrue(all.get(1).startsWith("a"), broken);
    }
  }

  @Test
  void endsWithoutAnEndWhereTheConnectionDoes() {
    for (String cut : List.of("", "4", "4\r", "4\r\n", "4\r\non", "4\r\none \r", "0\r\n")) {
      List<String> all = read(HEAD + chunk("a") + cut);
      assertTrue(all.stream().noneMatch(piece -> piece.equals("end")), cut);
    }
  }

  @Test
  void readsTheSameHoweverCut() {
    String body = chunk("one ") + "4;x=y\r\ntwo \r\n" + chunk("three ") + "0\r\nA: b\r\n\r\n";
    String plain = chunk("one ") + chunk("two ") + chunk("three ") + "0\r\n\r\n";
    for (String each : List.of(body, plain)) {
      EverySplit.of(
          (HEAD + each).getBytes(UTF_8),
          pieces -> {
            List<ByteBuf> reads = pieces.stream().map(Unpooled::copiedBuffer).toList();
            assertEquals("one two three ", text(read(channel(), reads)));
          });
    }
  }

  @Test
  void readsOneAnswerAfterTheOther() {
    AnswerDecoder decoder = new AnswerDecoder();
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      decoder.expect(HttpMethod.GET);
      String body = i == 1 ? "x: y\r\n\r\n" : chunk("a") + chunk("b") + "0\r\n\r\n";
      String head = i == 1 ? "HTTP/1.1 204 No Content\r\n" : HEAD;
      channel.writeInbound(Unpooled.copiedBuffer(head + body, UTF_8));
      drain(channel, all);
    }
    assertEquals(List.of("head", "ab", "end", "head", "end", "head", "ab", "end"), all);
    channel.finishAndReleaseAll();
  }

  @Test
  void nothingIsLeftWhereMemoryRunsOut() {
    List<ByteBuf> made = new ArrayList<>();
    ByteBufAllocator narrow =
        new PooledByteBufAllocator(false) {
          @Override
          public ByteBuf buffer(int bytes) {
            made.add(Unpooled.buffer(bytes, bytes));
            return made.get(0);
          }
        };
    ByteBuf read = Unpooled.copiedBuffer(chunk("a") + chunk("b") + chunk("c".repeat(99)), UTF_8);
    ChunkedBody body = new ChunkedBody();
    body.begin();
    assertThrows(IndexOutOfBoundsException.class, () -> body.read(read, narrow));
    assertEquals(1, made.size());
    assertEquals(0, made.get(0).refCnt());
    read.release();
  }
}
