package io.geminirelay.flow.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What an answer that is held costs. */
class HeldAnswerTest {
  private static final int READ_BYTES = 64 << 10;

  @Test
  void slicesOfLongBuffersPinLittleMoreThanTheirBytes() {
    UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);
    HeldAnswer held =
        new HeldAnswer(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    for (int i = 0; i < 32; i++) {
      ByteBuf read = alloc.directBuffer(READ_BYTES);
      held.take(new DefaultHttpContent(read.setByte(0, i).writerIndex(READ_BYTES).readSlice(1000)));
    }
    long used = alloc.metric().usedDirectMemory();
    assertTrue(used < 3 * held.bytes(), used + " bytes for " + held.bytes());
    ByteBuf copy = held.giveCopy(alloc);
    for (int i = 0; i < 32; i++) {
      assertEquals(i, copy.getByte(i * 1000), "in order");
    }
    assertEquals(32_000, copy.readableBytes());
    copy.release();
    held.release();
    assertEquals(0, alloc.metric().usedDirectMemory());
  }

  @Test
  void endsWhereItIsToldAndHoldsNothingBehind() {
    for (boolean lastHasContent : new boolean[] {false, true}) {
      for (int end = 0; end <= 1_500; end += 250) {
        UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);
        HeldAnswer held =
            new HeldAnswer(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        ByteBuf all = alloc.directBuffer();
        for (int i = 0; i < 1_500; i++) {
          all.writeByte(i);
        }
        held.take(new DefaultHttpContent(all.copy(0, 1_000)));
        held.take(new DefaultHttpContent(all.copy(1_000, 100)));
        held.take(new DefaultHttpContent(all.copy(1_100, 100)));
        ByteBuf last = all.copy(1_200, 300);
        held.take(lastHasContent ? new DefaultLastHttpContent(last) : new DefaultHttpContent(last));
        held.endAt(end, "]\n");
        assertTrue(held.isWhole());
        assertEquals(end + 2, held.bytes());
        ByteBuf copy = held.giveCopy(alloc);
        assertEquals(all.slice(0, end), copy.slice(0, end));
        assertEquals("]\n", copy.toString(end, 2, StandardCharsets.US_ASCII));
        copy.release();
        all.release();
        held.release();
        assertEquals(0, alloc.metric().usedDirectMemory());
      }
    }
  }
}
