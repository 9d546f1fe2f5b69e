package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.HoldBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

/** What a request that waits costs. */
class HeldRequestTest {
  private static final int READ_BYTES = 64 << 10;

  private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);

  /** A slice of a receive buffer that others have had the rest of. */
  private ByteBuf slice(int length, int value) {
    ByteBuf read = alloc.directBuffer(READ_BYTES);
    read.setByte(0, value).writerIndex(READ_BYTES);
    ByteBuf slice = read.readRetainedSlice(length);
    read.release();
    return slice;
  }

  @Test
  void slicesOfLongBuffersPinLittleMoreThanIsCounted() {
    EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    channel.config().setAllocator(alloc);
    ChannelHandlerContext ctx = channel.pipeline().firstContext();
    HoldBudget budget = new HoldBudget(Long.MAX_VALUE);
    HeldRequest held =
        new HeldRequest(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"), budget);
    for (int i = 0; i < 32; i++) {
      assertTrue(held.take(ctx, new DefaultHttpContent(slice(3000, i))));
    }
    assertTrue(held.take(ctx, new DefaultLastHttpContent(slice(3000, 32))));
    long used = alloc.metric().usedDirectMemory();
    assertTrue(used < 3 * budget.heldBytes(), used + " bytes for " + budget.heldBytes());
    held.passOn(ctx);
    channel.readInbound();
    int at = 0;
    for (HttpContent piece = channel.readInbound(); piece != null; piece = channel.readInbound()) {
      for (ByteBuf bytes = piece.content(); bytes.isReadable(); bytes.skipBytes(3000)) {
        assertEquals(at++, bytes.getByte(bytes.readerIndex()), "in order");
      }
      piece.release();
    }
    assertEquals(33, at);
    assertEquals(0, alloc.metric().usedDirectMemory());
    assertEquals(0, budget.heldBytes());
  }
}
