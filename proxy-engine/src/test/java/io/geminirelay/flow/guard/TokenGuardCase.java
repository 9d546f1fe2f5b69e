package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.tokens.TextCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;

/** A token guard in a channel, and requests for it. */
abstract class TokenGuardCase {
  static final String PATH = "/v1beta/models/gemini-2.0-flash:generateContent";
  static final long LIMIT = 1_400;
  static final int BUDGET = 4 << 20;

  long counted;
  final HoldBudget budget = new HoldBudget(BUDGET);
  final EmbeddedChannel channel =
      new EmbeddedChannel(new TokenGuardHandler(limit(BytesAsTokens::new)));

  TokenLimit limit(Supplier<TextCounter> counters) {
    return new TokenLimit(LIMIT, counters, budget, Map.of());
  }

  /** A token a byte. */
  final class BytesAsTokens implements TextCounter {
    private long tokens;

    @Override
    public void reset() {
      tokens = 0;
    }

    @Override
    public void begin() {}

    @Override
    public void look(ByteBuf buf, int from, int to) {
      tokens += to - from;
      counted += to - from;
    }

    @Override
    public void character(int codePoint) {
      tokens++;
    }

    @Override
    public void end() {}

    @Override
    public long tokens() {
      return tokens;
    }
  }

  @AfterEach
  void nothingIsLeft() {
    channel.close();
    assertNull(channel.readInbound());
    assertNull(channel.readOutbound());
    assertEquals(0, budget.heldBytes(), "all room is given back, once");
  }

  static String text(int length) {
    return "{\"contents\":[{\"parts\":[{\"text\":\"" + "a".repeat(length) + "\"}]}]}";
  }

  void chunked() {
    chunkedTo(channel);
  }

  static void chunkedTo(EmbeddedChannel channel) {
    head(channel, PATH, Route.NATIVE, true, "transfer-encoding", "chunked");
  }

  HttpRequest head(String uri, Route route, boolean generating, String name, String value) {
    return head(channel, uri, route, generating, name, value);
  }

  static HttpRequest head(
      EmbeddedChannel to, String uri, Route route, boolean generating, String name, String value) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, uri);
    head.headers().set(name, value);
    open(to, head, route, generating);
    to.writeInbound(head);
    return head;
  }

  void open(HttpRequest head, Route route, boolean generating) {
    open(channel, head, route, generating);
  }

  static void open(EmbeddedChannel channel, HttpRequest head, Route route, boolean generating) {
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(route, head.uri(), "gemini-2.0-flash", generating);
    channel.attr(Exchange.KEY).set(exchange);
  }

  void assertPassed(HttpContent content) {
    assertSame(content, channel.readInbound());
    content.release();
  }

  static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  static HttpContent piece(String text) {
    return new DefaultHttpContent(bytes(text));
  }

  static LastHttpContent last(String text) {
    return new DefaultLastHttpContent(bytes(text));
  }
}
