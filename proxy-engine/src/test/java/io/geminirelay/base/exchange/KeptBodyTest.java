package io.geminirelay.base.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeptBodyTest {
  private static final ByteBufAllocator ALLOC = UnpooledByteBufAllocator.DEFAULT;

  private static int read(KeptBody body, int from, ByteArrayOutputStream to) {
    int at = from;
    while (at < body.count()) {
      ByteBuf piece = body.retainedPiece(at++);
      to.writeBytes(ByteBufUtil.getBytes(piece));
      piece.release();
    }
    return at;
  }

  @Test
  void givesEveryByteOnceHoweverItIsReadMeanwhile() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      KeptBody body = new KeptBody(ALLOC, Integer.MAX_VALUE, new HoldBudget(Long.MAX_VALUE));
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      ByteArrayOutputStream early = new ByteArrayOutputStream();
      int read = 0;
      for (int i = 0; i < 400; i++) {
        byte[] piece = new byte[random.nextInt(10) == 0 ? 600 : random.nextInt(30)];
        random.nextBytes(piece);
        sent.writeBytes(piece);
        body.take(Unpooled.wrappedBuffer(piece));
        if (random.nextInt(8) == 0) {
          read = read(body, read, early);
        }
      }
      read(body, read, early);
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      read(body, 0, again);
      assertEquals(sent.size(), body.sizeBytes());
      assertArrayEquals(sent.toByteArray(), early.toByteArray());
      assertArrayEquals(sent.toByteArray(), again.toByteArray());
      body.release();
    }
  }

  @Test
  void joinsSmallPiecesThatNobodyHasReadYet() {
    KeptBody body = new KeptBody(ALLOC, Integer.MAX_VALUE, new HoldBudget(Long.MAX_VALUE));
    for (int i = 0; i < 100_000; i++) {
      body.take(Unpooled.wrappedBuffer(new byte[] {(byte) i}));
    }
    assertTrue(body.count() < 20, "pieces: " + body.count());
    assertEquals(100_000, body.sizeBytes());
    assertFalse(body.isOverCap());
    body.release();
  }

  @Test
  void aBodyWithoutRoomAmongAllStreamsThroughAndGivesBackWhatItHeld() {
    HoldBudget budget = new HoldBudget(50_000);
    KeptBody first = new KeptBody(ALLOC, Integer.MAX_VALUE, budget.replay());
    KeptBody second = new KeptBody(ALLOC, Integer.MAX_VALUE, budget.replay());
    for (int i = 0; i < 6; i++) {
      first.take(Unpooled.wrappedBuffer(new byte[8_000]));
    }
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    int read = 0;
    for (int i = 0; i < 100; i++) {
      second.take(Unpooled.wrappedBuffer(new byte[8_000]));
      read = read(second, read, sent);
      second.dropSent(read);
    }
    assertTrue(first.mayReplay());
    assertTrue(second.isStarved() && !second.mayReplay());
    assertTrue(second.isLetGo(), "nothing of it stays");
    assertEquals(800_000, sent.size(), "all of it went through");
    first.release();
    second.release();
    assertEquals(0, budget.replay().heldBytes());
    assertEquals(0, budget.heldBytes(), "what waits for a decision has its own room");
  }

  @Test
  void pinsLittleMoreThanItCounts() {
    UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);
    HoldBudget budget = new HoldBudget(Long.MAX_VALUE);
    KeptBody body = new KeptBody(alloc, Integer.MAX_VALUE, budget);
    for (int length = 512; length < 16 << 10; length *= 2) {
      for (int i = 0; i < 64; i++) {
        ByteBuf read = alloc.directBuffer(64 << 10).writeZero(64 << 10);
        body.take(read.readRetainedSlice(length));
        read.release();
      }
    }
    assertTrue(
        alloc.metric().usedDirectMemory() < 3 * body.sizeBytes(),
        alloc.metric().usedDirectMemory() + " bytes for " + body.sizeBytes());
    body.release();
    assertEquals(0, alloc.metric().usedDirectMemory());
    assertEquals(0, budget.heldBytes());
  }

  @Test
  void letsGoOfWhatWasSentOnceNoAttemptFollows() {
    HoldBudget budget = new HoldBudget(Long.MAX_VALUE);
    KeptBody body = new KeptBody(ALLOC, Integer.MAX_VALUE, budget);
    ByteBuf first = Unpooled.wrappedBuffer(new byte[40_000]);
    ByteBuf second = Unpooled.wrappedBuffer(new byte[40_000]);
    body.take(first);
    body.take(second);
    body.retainedPiece(0).release();
    body.dropSent(1);
    assertTrue(body.mayReplay());
    assertEquals(1, first.refCnt());

    body.spend();
    body.dropSent(1);
    assertFalse(body.mayReplay());
    assertEquals(0, first.refCnt());
    assertEquals(1, second.refCnt());
    assertEquals(2, body.count());

    body.release();
    body.dropSent(2);
    assertEquals(0, second.refCnt());
    assertTrue(budget.hold(Long.MAX_VALUE));
  }

  @Test
  void keepsTheUsualBodyWhereItIs() {
    for (int buffer : new int[] {2048, 64 << 10}) {
      KeptBody body = new KeptBody(ALLOC, Integer.MAX_VALUE, new HoldBudget(Long.MAX_VALUE));
      ByteBuf read = ALLOC.directBuffer(buffer).writeZero(buffer);
      body.take(read.readRetainedSlice(buffer / 3));
      ByteBuf piece = body.retainedPiece(0);
      assertEquals(read.memoryAddress(), piece.memoryAddress(), "not copied");
      piece.release();
      body.release();
      read.release();
    }
  }
}
