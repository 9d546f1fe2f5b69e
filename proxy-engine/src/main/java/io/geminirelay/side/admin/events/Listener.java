package io.geminirelay.side.admin.events;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.side.admin.Visit;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One who listens to live events: a channel whose answer goes on until somebody ends it.
 *
 * <p>Messages lie in arrays that all listeners share, so that one that is not sent leaves nothing
 * to release. Writes happen on the channel's event loop, whoever asks for them.
 */
final class Listener {
  /** How soon a page shall come back after the stream has broken off. */
  private static final byte[] FIRST = "retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII);

  private final ChannelHandlerContext ctx;
  private final Visit visit;
  private final Set<EventSource> behind = ConcurrentHashMap.newKeySet();

  // Event loop only; set by begin.
  private @Nullable Exchange exchange;

  Listener(ChannelHandlerContext ctx, Visit visit) {
    this.ctx = ctx;
    this.visit = visit;
  }

  Visit visit() {
    return visit;
  }

  /** Whether it has missed news of {@code source}. */
  boolean isBehind(EventSource source) {
    return behind.contains(source);
  }

  /** Whether the client keeps up, as far as another thread can tell. */
  boolean takesBytes() {
    return ctx.channel().isWritable();
  }

  /** Sends the head. Event loop only. */
  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  void begin(Exchange answered) {
    exchange = answered;
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=UTF-8")
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        // A proxy in front shall pass on what comes, when it comes.
        .set("x-accel-buffering", "no")
        .set(RequestId.HEADER, answered.id());
    LocalAnswer.guard(head.headers());
    ctx.write(head);
    if (HttpMethod.HEAD.equals(answered.head().method())) {
      finish();
    } else {
      ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(FIRST)));
    }
  }

  /**
   * Sends {@code message}, or leaves it out where the client is too slow.
   *
   * @param source that it comes from; null where nobody misses it
   */
  void send(@Nullable EventSource source, byte[] message) {
    onLoop(
        () -> {
          if (ctx.channel().isWritable()) {
            write(message);
          } else if (source != null) {
            behind.add(source);
          }
        });
  }

  /** Sends {@code whole}, which makes up for all that was missed; null where there is nothing. */
  void catchUp(EventSource source, byte @Nullable [] whole) {
    onLoop(
        () -> {
          if (ctx.channel().isWritable()) {
            behind.remove(source);
            if (whole != null) {
              write(whole);
            }
          }
        });
  }

  /** Ends the stream; that of a client which takes no bytes by closing its channel. */
  void end() {
    onLoop(
        () -> {
          if (ctx.channel().isWritable()) {
            finish();
          } else {
            ctx.close();
          }
        });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void finish() {
    exchange = null;
    ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void write(byte[] message) {
    ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(message)));
  }

  /** Runs {@code action} while the exchange is this channel's own. */
  private void onLoop(Runnable action) {
    try {
      ctx.executor()
          .execute(
              () -> {
                Exchange answered = exchange;
                if (answered != null && ctx.channel().attr(Exchange.KEY).get() == answered) {
                  action.run();
                }
              });
    } catch (RejectedExecutionException e) {
      // The engine has stopped, and the channel is closed.
    }
  }
}
