package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.KeyScrub;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.relay.FirstAnswerGate;
import io.geminirelay.flow.relay.HeldAnswer;
import io.geminirelay.flow.relay.ResponseHead;
import io.geminirelay.flow.relay.ResponseRelay;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sends an upstream error answer to the client: unchanged, but for the texts of keys, which Google
 * puts into some of them.
 *
 * <p>Owns the answer and its copy until both are written. Used once, on the client's event loop.
 */
final class ErrorAnswer {
  private final ChannelHandlerContext client;
  private final Exchange exchange;
  private long retryAfterSeconds = -1;

  ErrorAnswer(ChannelHandlerContext client, Exchange exchange) {
    this.client = client;
    this.exchange = exchange;
  }

  /** Adds a {@code Retry-After} header; negative for none. */
  ErrorAnswer retryAfter(long seconds) {
    retryAfterSeconds = seconds;
    return this;
  }

  /** Sends {@code answer}, which {@code key} was given. Takes ownership of the answer. */
  void take(HeldAnswer answer, ApiKey key, ResponseRelay relay) {
    exchange.keyInUse(key.secret());
    ByteBuf body = AnswerText.give(answer, client.alloc());
    boolean decoded = AnswerText.isCoded(answer.head());
    byte[] secret = key.secret().reveal().getBytes(StandardCharsets.UTF_8);
    ByteBuf clean = KeyScrub.take(body, client.alloc(), List.of(secret));
    HttpResponse head = answer.head();
    answer.release();
    if (relay.headSent()) {
      // The client was sent a success; that it was none is seen in what is noted down alone.
      exchange.failed(
          Fault.of(
              head.status().equals(HttpResponseStatus.TOO_MANY_REQUESTS)
                  ? FaultKind.KEYS_COOLING
                  : FaultKind.BROKEN_ANSWER,
              "the upstream answered " + head.status().code() + " after comments"));
      if (hasEvents(head, clean)) {
        relay.takeLast(new DefaultLastHttpContent(clean));
      } else {
        relay.takeErrorEvent(clean);
        relay.takeLast(LastHttpContent.EMPTY_LAST_CONTENT);
      }
      return;
    }
    HttpResponse own = ResponseHead.build(head, exchange, key.destination().target(), key.secret());
    frame(own.headers(), clean, decoded);
    relay.head(own);
    relay.takeLast(new DefaultLastHttpContent(clean));
  }

  /** Whether a body is events. Google calls it an event stream too where it is JSON as such. */
  private static boolean hasEvents(HttpResponse head, ByteBuf body) {
    boolean success = head.status().code() < HttpResponseStatus.BAD_REQUEST.code();
    int start = body.forEachByte(next -> next == ' ' || next == '\r' || next == '\n');
    boolean bare = start < 0 || body.getByte(start) == '{' || body.getByte(start) == '[';
    return success && FirstAnswerGate.isEventStream(head) && !bare;
  }

  private void frame(HttpHeaders headers, ByteBuf body, boolean decoded) {
    if (decoded) {
      headers.remove(HttpHeaderNames.CONTENT_ENCODING);
    }
    if (!HttpMethod.HEAD.equals(exchange.head().method())) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
      headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    }
    if (retryAfterSeconds >= 0) {
      headers.set(HttpHeaderNames.RETRY_AFTER, retryAfterSeconds);
    }
  }
}
