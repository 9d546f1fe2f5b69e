package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are held, counted in turns, or let go by the token guard. */
class TokenGuardLongBodiesTest extends TokenGuardCase {
  @Test
  void holdsABodyThatComesByteByByteInLittleMoreThanItsBytes() {
    UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    channel.config().setAllocator(memory);
    chunked();
    channel.writeInbound(piece("{\"contents\":[{\"parts\":[{\"thoughtSignature\":\""));
    for (int i = 0; i < 10_000; i++) {
      channel.writeInbound(piece("A"));
    }
    long used = memory.metric().usedHeapMemory();
    assertTrue(used > 10_000 && used < 40_000, used + " bytes");
    channel.close();
    assertEquals(0, memory.metric().usedHeapMemory());
  }

  @Test
  void letsGoWhenTheClientLeavesOrAnEarlierStageRefuses() {
    chunked();
    HttpContent piece = piece("{\"a\":\"" + "a".repeat(3_000));
    channel.writeInbound(piece);
    channel.pipeline().fireUserEventTriggered(Fault.of(FaultKind.BODY_TOO_LARGE, "x"));
    assertEquals(0, piece.refCnt());
    HttpContent rest = last("a");
    channel.writeInbound(rest);
    assertEquals(0, rest.refCnt());
    chunked();
    HttpContent held = piece("{\"a\":\"" + "a".repeat(5_000));
    channel.writeInbound(held);
    channel.close();
    assertEquals(0, held.refCnt());
  }

  @Test
  void refusesWhatTheBudgetOfAllConnectionsHasNoRoomFor() {
    EmbeddedChannel other = new EmbeddedChannel(new TokenGuardHandler(limit(BytesAsTokens::new)));
    chunkedTo(other);
    other.writeInbound(piece("{\"x\":\"" + "a".repeat(BUDGET - 10_000)));
    chunked();
    HttpContent first = piece("{\"x\":\"" + "a".repeat(3_000));
    HttpContent second = piece("a".repeat(8_000));
    channel.writeInbound(first);
    assertNull(channel.readOutbound());
    channel.writeInbound(second);
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(503, answer.status().code());
    assertEquals("1", answer.headers().get("retry-after"));
    assertEquals("close", answer.headers().get("connection"));
    String body = answer.content().toString(StandardCharsets.UTF_8);
    assertTrue(body.contains("\"status\":\"UNAVAILABLE\""), body);
    assertTrue(body.contains("OVERLOADED"), body);
    answer.release();
    assertEquals(0, first.refCnt());
    assertEquals(0, second.refCnt());
    HttpContent rest = last("a");
    channel.writeInbound(rest);
    assertEquals(0, rest.refCnt(), "what follows is dropped");
    other.close();
    assertEquals(0, budget.heldBytes());
    chunked();
    channel.writeInbound(last("{\"x\":\"" + "a".repeat(BUDGET / 2) + "\"}"));
    settle(channel);
    assertNotNull(channel.readInbound(), "there is room again");
    ((HttpContent) channel.readInbound()).release();
  }

  @Test
  void countsALongBodyInTurnsBetweenWhichMorePiecesMayCome() {
    String start = "{\"x\":\"";
    chunked();
    HttpContent first = piece(start + "a".repeat(3 << 20));
    HttpContent end = last("a".repeat(3_000) + "\"}");
    channel.writeInbound(first);
    channel.writeInbound(piece("b"), piece("c"), end);
    assertNull(channel.readInbound(), "the turns are not over");
    settle(channel);
    assertNotNull(channel.readInbound());
    assertPiece(start.length() + (3 << 20));
    assertPiece(2);
    assertPassed(end);
  }

  @Test
  void stopsAtTheLimitWhereABodyTurnsOutToBeNoJsonAtItsEnd() {
    counted = 0;
    chunked();
    channel.writeInbound(piece("{\"x\":\"" + "a".repeat(3 << 20)), last("a"));
    settle(channel);
    FullHttpResponse answer = channel.readOutbound();
    String body = answer.content().toString(StandardCharsets.UTF_8);
    answer.release();
    assertEquals(400, answer.status().code());
    assertTrue(body.contains("more than"), body);
    assertNull(answer.headers().get("connection"), "the request was whole");
    assertTrue(counted < 100_000, counted + " bytes counted");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void letsGoOfABodyWhoseClientLeavesBetweenTwoTurns(boolean whole) {
    chunked();
    HttpContent body = piece("{\"x\":\"" + "a".repeat(3 << 20));
    channel.writeInbound(body);
    if (whole) {
      channel.writeInbound(last("\"}"));
    }
    assertEquals(1, body.refCnt());
    channel.close();
    assertEquals(0, body.refCnt());
    settle(channel);
  }

  @Test
  void turnsOfAnEarlierRequestDoNotTouchTheNext() {
    chunked();
    channel.writeInbound(piece("{\"x\":\"" + "a".repeat(3 << 20)));
    channel.pipeline().fireUserEventTriggered(Fault.of(FaultKind.BODY_TOO_LARGE, "x"));
    chunked();
    HttpContent body = last("{\"x\":\"" + "a".repeat(3 << 20) + "\"}");
    channel.writeInbound(body);
    settle(channel);
    assertNotNull(channel.readInbound());
    assertPassed(body);
  }

  @Test
  void letsGoOfAPieceThatCannotBeCounted() {
    EmbeddedChannel failing =
        new EmbeddedChannel(
            new TokenGuardHandler(
                limit(
                    () -> {
                      throw new IllegalStateException("no counter");
                    })));
    chunkedTo(failing);
    HttpContent body = piece("{\"x\":\"" + "a".repeat(5_000));
    assertThrows(IllegalStateException.class, () -> failing.writeInbound(body));
    failing.close();
    assertEquals(0, body.refCnt());
  }

  /** Lets the event loop take its turns. */
  private static void settle(EmbeddedChannel channel) {
    for (int i = 0; i < 100 && channel.runScheduledPendingTasks() >= 0; i++) {
      channel.runPendingTasks();
    }
  }

  private void assertPiece(int length) {
    HttpContent passed = channel.readInbound();
    assertEquals(length, passed.content().readableBytes());
    passed.release();
  }
}
