package io.geminirelay.side.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.side.admin.events.EventFeed;
import io.geminirelay.side.admin.login.AdminDoor;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests on their way to the admin thread and back. */
class AdminPagesTest {
  private final Deque<Runnable> work = new ArrayDeque<>();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1);
  private final AdminPages pages =
      new AdminPages(
          new AdminTable(
              List.of(
                  new AdminOperation(
                      "POST",
                      "/admin/x",
                      AdminOperation.Access.OPEN,
                      AdminOperation.now(request -> AdminAnswer.ok(out -> out.writeNumber(1)))))),
          new AdminWork(
              new AdminDoor(
                  AdminPagesTest::none, new AdminCheck(TimeSource.SYSTEM), TimeSource.SYSTEM),
              new EventFeed(List.of(), thread, visit -> true),
              work::add),
          work::add,
          () -> true,
          (ctx, exchange) -> false);

  private static io.geminirelay.base.config.EngineConfig none() {
    throw new IllegalStateException("no configuration");
  }

  private EmbeddedChannel ask(int bodyBytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/admin/x");
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(Route.ADMIN, "/admin/x", "", false);
    channel.attr(Exchange.KEY).set(exchange);
    pages.answer(
        channel.pipeline().firstContext(), exchange, Unpooled.wrappedBuffer(new byte[bodyBytes]));
    channels.add(channel);
    return channel;
  }

  private static int status(EmbeddedChannel channel) {
    channel.runPendingTasks();
    FullHttpResponse answer = channel.readOutbound();
    int status = answer == null ? 0 : answer.status().code();
    if (answer != null) {
      answer.release();
    }
    return status;
  }

  @AfterEach
  void end() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    thread.shutdownNow();
  }

  @Test
  void onlySoManyWait() {
    for (int i = 0; i < AdminPages.MAX_WAITING; i++) {
      assertEquals(0, status(ask(0)));
    }
    assertEquals(503, status(ask(0)));
    work.remove().run();
    assertEquals(0, status(ask(0)));
    assertEquals(503, status(ask(0)));
  }

  @Test
  void onlySoManyBytesWait() {
    for (int i = 0; i < 16; i++) {
      assertEquals(0, status(ask(1 << 20)));
    }
    assertEquals(503, status(ask(1)));
    assertEquals(0, status(ask(0)));
  }

  @Test
  void whatFailsWithoutReasonIsADefectAndTellsNothing() {
    EmbeddedChannel channel = ask(0);
    work.remove().run();
    channel.runPendingTasks();
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(500, answer.status().code());
    answer.release();
  }

  @Test
  void anAnswerToAnExchangeThatIsOverIsDropped() {
    EmbeddedChannel channel = ask(0);
    channel.attr(Exchange.KEY).set(null);
    work.remove().run();
    channel.runPendingTasks();
    assertNull(channel.readOutbound());
  }
}
