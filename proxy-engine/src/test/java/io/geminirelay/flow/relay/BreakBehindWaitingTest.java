package io.geminirelay.flow.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.BrokenAnswer;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that has not read what came before is still told that its answer broke. */
class BreakBehindWaitingTest {
  private static final Fault FAULT = Fault.of(FaultKind.BROKEN_ANSWER, "broke");

  private final Deque<Object> written = new ArrayDeque<>();
  private final Deque<ChannelPromise> promises = new ArrayDeque<>();

  private EmbeddedChannel broken(Route route) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                written.add(message);
                promises.add(promise);
              }
            },
            new ChannelInboundHandlerAdapter());
    channel.freezeTime(); // else the time that the test takes is added to that which it lets pass
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    Exchange exchange =
        new Exchange("id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"), 0);
    exchange.classified(route, "/", "m", true);
    ChannelHandlerContext client = channel.pipeline().lastContext();
    new ResponseRelay(client, exchange, new StreamScanner(), new OpenStreams()).breakOff(FAULT);
    assertEquals(FAULT, exchange.fault());
    return channel;
  }

  @Test
  void isWrittenBehindWhatWaits() {
    EmbeddedChannel channel = broken(Route.GENERATE);
    assertEquals(new BrokenAnswer(FAULT), written.poll());
    assertTrue(channel.isOpen());
    promises.element().setSuccess();
    channel.advanceTimeBy(1, TimeUnit.HOURS);
    channel.runScheduledPendingTasks();
    assertTrue(channel.isOpen());
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @EnumSource(names = {"GENERATE", "NATIVE"})
  void waitsForNoClientForEver(Route route) {
    EmbeddedChannel channel = broken(route);
    channel.advanceTimeBy(119, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertTrue(channel.isOpen());
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertFalse(channel.isOpen());
  }

  @Test
  void isTheCloseBehindWhatWaitsWhereAnswersPassAsTheyAre() {
    EmbeddedChannel channel = broken(Route.NATIVE);
    assertFalse(written.element() instanceof LastHttpContent, "the end looks clean");
    assertTrue(channel.isOpen());
    promises.element().setSuccess();
    channel.runPendingTasks();
    assertFalse(channel.isOpen());
  }
}
