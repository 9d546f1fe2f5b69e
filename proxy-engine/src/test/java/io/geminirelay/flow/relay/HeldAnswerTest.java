package io.geminirelay.flow.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
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
}
