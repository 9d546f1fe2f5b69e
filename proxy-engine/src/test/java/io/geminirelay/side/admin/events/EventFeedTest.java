package io.geminirelay.side.admin.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.side.admin.AdminAnswer.JsonBody;
import io.geminirelay.side.admin.Visit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What listeners hear, and what slow ones do not. */
class EventFeedTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Deque<String> plain = new ArrayDeque<>();
  private final Deque<String> changes = new ArrayDeque<>();
  private final Ticker ticker = new Ticker();
  private final Set<Visit> thrownOut = new HashSet<>();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private int wholes;
  private int asked;

  private final EventFeed feed =
      new EventFeed(
          List.of(
              new EventSource(
                  "broken",
                  SECOND,
                  () -> {
                    throw new IllegalStateException("a source that fails");
                  }),
              new EventSource("plain", SECOND, () -> text(plain.poll())),
              new EventSource("keys", SECOND, () -> text(changes.poll()), this::whole),
              new EventSource("rare", Duration.ofSeconds(3), () -> text("r" + asked++))),
          ticker,
          visit -> !thrownOut.contains(visit));

  private static @Nullable JsonBody text(@Nullable String text) {
    return text == null ? null : out -> out.writeString(text);
  }

  private JsonBody whole() {
    wholes++;
    return out -> out.writeString("all");
  }

  /** Runs what the admin thread would, when the test says so. */
  private static final class Ticker extends ScheduledThreadPoolExecutor {
    @Nullable Runnable tick;

    Ticker() {
      super(1);
    }

    @Override
    public void execute(Runnable work) {
      work.run();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable work, long delay, long period, TimeUnit unit) {
      tick = work;
      return new Stop(this);
    }
  }

  private record Stop(Ticker ticker) implements ScheduledFuture<Object> {
    @Override
    public boolean cancel(boolean running) {
      ticker.tick = null;
      return true;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isDone() {
      return false;
    }

    @Override
    public Object get() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Object get(long time, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }
  }

  private EmbeddedChannel listener() {
    EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    HttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/admin/api/events");
    Exchange exchange = new Exchange("id-" + channels.size(), head, 0);
    channel.attr(Exchange.KEY).set(exchange);
    feed.open(
        channel.pipeline().firstContext(),
        exchange,
        new Visit(head, Caller.UNKNOWN, channels.size(), null, ""));
    channels.add(channel);
    assertTrue(channel.readOutbound() instanceof HttpResponse);
    assertEquals("retry: 2000\n\n", heard(channel));
    return channel;
  }

  private static String heard(EmbeddedChannel channel) {
    channel.runPendingTasks();
    StringBuilder text = new StringBuilder();
    for (Object message; (message = channel.readOutbound()) != null; ) {
      if (message instanceof LastHttpContent) {
        text.append("END");
      } else if (message instanceof HttpContent content) {
        ByteBuf bytes = content.content();
        text.append(bytes.toString(StandardCharsets.UTF_8));
      }
      ReferenceCountUtil.release(message);
    }
    return text.toString();
  }

  private void tick() {
    Runnable tick = ticker.tick;
    assertTrue(tick != null, "somebody listens");
    tick.run();
  }

  private static void writable(EmbeddedChannel channel, boolean writable) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
  }

  @AfterEach
  void end() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    ticker.shutdownNow();
  }

  @Test
  void allHearTheSameInTheOrderOfTheSources() {
    EmbeddedChannel one = listener();
    EmbeddedChannel two = listener();
    plain.add("p");
    changes.add("c");
    tick();
    String all = "event: plain\ndata: \"p\"\n\nevent: keys\ndata: \"c\"\n\n";
    assertEquals(all + "event: rare\ndata: \"r0\"\n\n", heard(one));
    assertEquals(all + "event: rare\ndata: \"r0\"\n\n", heard(two));
    tick();
    tick();
    assertEquals("", heard(one), "nothing is new");
    tick();
    assertEquals("event: rare\ndata: \"r1\"\n\n", heard(one));
  }

  @Test
  void whoIsTooSlowMissesNewsAndThenHearsAll() {
    EmbeddedChannel quick = listener();
    EmbeddedChannel slow = listener();
    tick();
    heard(quick);
    heard(slow);
    writable(slow, false);
    for (int i = 0; i < 100; i++) {
      plain.add("p".repeat(1_000));
      changes.add("c");
      tick();
      assertTrue(heard(quick).contains("event: keys\ndata: \"c\""));
      assertEquals("", heard(slow));
    }
    assertEquals(0, wholes, "nobody could have taken it");
    writable(slow, true);
    changes.add("d");
    tick();
    assertTrue(heard(quick).contains("event: keys\ndata: \"d\""));
    String caughtUp = heard(slow);
    assertTrue(caughtUp.contains("event: keys\ndata: \"all\""), caughtUp);
    assertFalse(caughtUp.contains("\"d\"") || caughtUp.contains("plain"), caughtUp);
    changes.add("e");
    tick();
    assertTrue(heard(slow).contains("event: keys\ndata: \"e\""));
    assertEquals(1, wholes);
  }

  @Test
  void aCommentKeepsAQuietStreamAlive() {
    EmbeddedChannel one = listener();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      tick();
      all.append(heard(one));
    }
    assertEquals(3, all.toString().split(": alive\n\n", -1).length, all::toString);
  }

  @Test
  void whoMayNotListenAnyMoreHearsNothingMore() {
    EmbeddedChannel one = listener();
    EmbeddedChannel two = listener();
    thrownOut.add(new Visit(two.attr(Exchange.KEY).get().head(), Caller.UNKNOWN, 1, null, ""));
    plain.add("secret");
    tick();
    assertEquals("END", heard(two));
    assertTrue(heard(one).contains("secret"));
  }

  @Test
  void whereNobodyListensNobodyIsAsked() {
    EmbeddedChannel one = listener();
    tick();
    one.attr(Exchange.KEY).get().closed();
    assertEquals(0, feed.listeners());
    int before = asked;
    tick();
    assertEquals(before, asked);
    assertEquals(null, ticker.tick);
    EmbeddedChannel two = listener();
    tick();
    assertTrue(heard(two).contains("rare"));
  }

  @Test
  void theEndComesToTheSlowByTheirChannels() {
    EmbeddedChannel quick = listener();
    EmbeddedChannel slow = listener();
    writable(slow, false);
    feed.close();
    assertEquals("END", heard(quick));
    heard(slow);
    assertTrue(quick.isOpen());
    assertFalse(slow.isOpen());
  }
}
