package io.geminirelay.flow.relay;

import io.geminirelay.base.exchange.Alarm;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.base.exchange.TimeSource;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;

/**
 * Sends SSE comment lines while a client that reads events hears nothing, so that proxies and
 * clients in between do not give up on a model that thinks.
 *
 * <p>A comment may come before the answer is committed; the head (200, event stream) is then out
 * and only the body can still tell of a failure. Runs on the client's event loop.
 */
public final class KeepAliveComments {
  private final ResponseRelay relay;
  private final Exchange exchange;
  private final long intervalNanos;
  private final Alarm alarm;

  /** Comments on {@code relay} whenever {@code interval} passed in silence. */
  public KeepAliveComments(
      ResponseRelay relay, Exchange exchange, Duration interval, EventLoop loop, TimeSource time) {
    this.relay = relay;
    this.exchange = exchange;
    this.intervalNanos = interval.toNanos();
    this.alarm = new Alarm(loop, time, this::ring);
  }

  /** Starts to count the silence anew. */
  public void heard() {
    alarm.set(intervalNanos);
  }

  /** Sends no more. */
  public void stop() {
    alarm.dispose();
  }

  private void ring() {
    if (relay.ended()) {
      return;
    }
    if (!relay.headSent()) {
      relay.head(head());
    }
    if (relay.writable()) {
      relay.comment();
    }
    heard();
  }

  private HttpResponse head() {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
        .set(RequestId.HEADER, exchange.id());
    return head;
  }
}
