package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GuardConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.Route;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies that are held because an edit is to be decided about. */
class RequestBodyTest {
  private static final String URI = "/v1beta/models/m:generateContent";

  private final HoldBudget budget = new HoldBudget(5_000);
  private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

  private RequestBody body(double topP) {
    GroupConfig group =
        new GroupConfig("g", TargetConfig.STANDARD, List.of(), Map.of(), List.of(), topP, Map.of());
    Edits edits = Edits.of(List.of(group), GuardConfig.STANDARD, budget);
    Exchange exchange =
        new Exchange("id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, URI), 0);
    exchange.classified(Route.NATIVE, URI, "m", true);
    return new RequestBody(channel.pipeline().firstContext(), exchange, 1_000, edits);
  }

  private static void feed(RequestBody body, String text) {
    body.take(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void mayNotWaitTogetherBeyondTheirBudget() {
    RequestBody first = body(0.5);
    RequestBody second = body(0.5);
    feed(first, "{\"contents\":\"" + "a".repeat(4_000));
    assertFalse(first.isOverBudget());
    assertFalse(first.isReady());
    feed(second, "{\"contents\":\"" + "a".repeat(4_000));
    assertTrue(second.isOverBudget());
    first.release();
    second.release();
    assertEquals(0, budget.heldBytes());
  }

  @Test
  void giveTheirRoomBackOnceTheyWereSent() {
    RequestBody body = body(0.5);
    feed(body, "{\"contents\":\"" + "a".repeat(4_000) + "\"}");
    body.complete();
    assertTrue(body.isReady());
    assertTrue(budget.heldBytes() > 4_000);
    body.kept().dropSent(body.kept().count());
    body.pace(null);
    assertEquals(0, budget.heldBytes());
    body.release();
  }

  @Test
  void countTowardsTheBudgetOnlyWhileAnEditIsOpen() {
    RequestBody body = body(0.5);
    feed(body, "{\"generationConfig\":{\"topP\":0.1},\"contents\":\"" + "a".repeat(9_000));
    assertFalse(body.isOverBudget());
    assertTrue(body.isReady());
    assertEquals(0, budget.heldBytes());
    body.release();
  }

  @Test
  void countTowardsTheBudgetWhileTheyWaitForAKey() {
    RequestBody first = body(0);
    RequestBody second = body(0);
    feed(first, "a".repeat(700));
    feed(second, "a".repeat(700));
    assertEquals(0, budget.heldBytes());
    assertTrue(first.holdWaiting());
    feed(first, "a".repeat(200));
    assertEquals(900, budget.heldBytes());
    assertTrue(budget.hold(4_000));
    assertFalse(second.holdWaiting());
    assertTrue(second.isOverBudget());
    first.freeWaiting();
    assertEquals(4_000, budget.heldBytes());
    budget.free(4_000);
    first.release();
    second.release();
    assertEquals(0, budget.heldBytes());
  }
}
