package io.geminirelay.side.admin.events;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminAnswer.JsonBody;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AnswerText;
import io.geminirelay.side.admin.Visit;
import io.netty.channel.ChannelHandlerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The publisher of live events: asks the sources while somebody listens, writes each message once,
 * and hands it to all listeners.
 *
 * <p>A listener that does not take bytes fast enough is left out; from sources that tell changes it
 * gets the whole as soon as it takes bytes again. Nothing is stored up for it. Sources are asked on
 * the admin thread; listeners come and go on their event loops.
 */
public final class EventFeed {
  /** Listeners at a time. */
  public static final int MAX_LISTENERS = 32;

  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
  private static final byte[] COMMENT = ": alive\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final int COMMENT_SECONDS = 15;

  private final List<EventSource> sources;
  private final ScheduledExecutorService thread;
  private final Predicate<Visit> stillIn;
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private final AtomicInteger taken = new AtomicInteger();
  private volatile boolean closed;

  // Admin thread only.
  private @Nullable ScheduledFuture<?> ticking;
  private final Set<String> failing = new HashSet<>();
  private long seconds;

  /**
   * Publishes what {@code sources} tell.
   *
   * @param thread the admin thread
   * @param stillIn whether who began to listen still may
   */
  public EventFeed(
      List<EventSource> sources, ScheduledExecutorService thread, Predicate<Visit> stillIn) {
    this.sources = List.copyOf(sources);
    this.thread = thread;
    this.stillIn = stillIn;
  }

  /** The operation that listens. */
  public AdminOperation operation() {
    return AdminOperation.get("/admin/api/events", request -> AdminAnswer.EVENTS);
  }

  /** Begins to answer {@code exchange} with events. Event loop of the channel only. */
  public void open(ChannelHandlerContext ctx, Exchange exchange, Visit visit) {
    boolean room = taken.incrementAndGet() <= MAX_LISTENERS;
    if (!room || closed) {
      taken.decrementAndGet();
      Fault fault =
          closed
              ? Fault.of(FaultKind.DRAINING, "the gateway is stopping")
              : Fault.until(
                  FaultKind.OVERLOADED, MAX_LISTENERS + " listeners are the most there may be", 5);
      FaultResponder.respond(ctx, exchange, fault, false);
      return;
    }
    Listener listener = new Listener(ctx, visit);
    exchange.whenClosed(over -> leave(listener));
    listeners.add(listener);
    listener.begin(exchange);
    if (closed) {
      listener.end();
    } else {
      thread.execute(this::begin);
    }
  }

  private void leave(Listener listener) {
    if (listeners.remove(listener)) {
      taken.decrementAndGet();
    }
  }

  /** How many listen. */
  public int listeners() {
    return listeners.size();
  }

  private void begin() {
    if (!closed && (ticking == null || ticking.isDone())) {
      seconds = 0;
      ticking = thread.scheduleAtFixedRate(this::tick, 0, 1, TimeUnit.SECONDS);
    }
  }

  private void tick() {
    look();
    if (listeners.isEmpty()) {
      ScheduledFuture<?> last = ticking;
      ticking = null;
      if (last != null) {
        last.cancel(false);
      }
      return;
    }
    for (EventSource source : sources) {
      if (seconds % Math.max(1, source.period().toSeconds()) == 0) {
        publish(source);
      }
    }
    if (seconds % COMMENT_SECONDS == COMMENT_SECONDS - 1) {
      listeners.forEach(listener -> listener.send(null, COMMENT));
    }
    seconds++;
  }

  /** Ends the streams of those who may not listen any more. Admin thread only. */
  public void look() {
    for (Listener listener : listeners) {
      if (!stillIn.test(listener.visit())) {
        listener.end();
      }
    }
  }

  /** A source that fails must not silence the others; it is told of once, until it works again. */
  private void publish(EventSource source) {
    try {
      byte[] news = message(source.name(), source.news().get());
      failing.remove(source.name());
      Supplier<@Nullable JsonBody> all = source.whole();
      byte[] whole = null;
      for (Listener listener : listeners) {
        boolean behind = all != null && listener.isBehind(source);
        if (!behind || all == null) {
          if (news != null) {
            listener.send(source, news);
          }
        } else if (listener.takesBytes()) {
          whole = whole == null ? message(source.name(), all.get()) : whole;
          listener.catchUp(source, whole);
        }
      }
    } catch (IOException | RuntimeException e) {
      if (failing.add(source.name())) {
        LOG.error("the live event {} could not be made", source.name(), e);
      }
    }
  }

  private static byte @Nullable [] message(String name, @Nullable JsonBody body)
      throws IOException {
    if (body == null) {
      return null;
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    message.writeBytes(AnswerText.of(body));
    message.writeBytes(new byte[] {'\n', '\n'});
    return message.toByteArray();
  }

  /** Ends all streams; nobody can listen any more. Any thread. */
  public void close() {
    closed = true;
    listeners.forEach(Listener::end);
  }
}
