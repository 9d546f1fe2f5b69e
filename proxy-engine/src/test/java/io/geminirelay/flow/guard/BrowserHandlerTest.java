package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.CorsRules;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.flow.accept.ExchangeHandler;
import io.geminirelay.flow.classify.RouteTable;
import io.geminirelay.flow.settle.Settlement;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.cors.CorsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BrowserHandlerTest {
  private static final String PAGE = "https://app.example.com";
  private static final String ALLOWED = "access-control-allow-origin";

  private final Settlement settlement = new Settlement(TimeSource.SYSTEM, settled -> {});
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ExchangeHandler(
              settlement,
              TimeSource.SYSTEM,
              RouteTable::routeOf,
              (from, head) -> Caller.UNKNOWN,
              new Load()),
          new BrowserHandler(
              List.of(CorsPolicy.of(rules(List.of(PAGE), List.of(CorsRules.ANY), false))),
              RouteTable::routeOf));

  private static CorsRules rules(List<String> origins, List<String> headers, boolean credentials) {
    return new CorsRules(
        origins, headers, List.of("POST"), List.of("a", "b"), Duration.ofHours(1), credentials);
  }

  private static HttpRequest head(HttpMethod method, String uri) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, uri);
    head.headers().set("origin", PAGE).set("access-control-request-method", "POST");
    return head;
  }

  @Test
  void aPreflightIsSettledOnceAndItsBodyDropped() {
    channel.writeInbound(head(HttpMethod.OPTIONS, "/v1beta/models"));
    assertEquals(0, settlement.inFlight());
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(PAGE, answer.headers().get(ALLOWED));
    answer.release();
    HttpContent piece = new DefaultHttpContent(Unpooled.buffer().writeByte(1));
    channel.writeInbound(piece, LastHttpContent.EMPTY_LAST_CONTENT);
    assertEquals(0, piece.refCnt());
    assertNull(channel.readInbound());
    assertFalse(channel.finish());
    assertEquals(0, settlement.inFlight());
  }

  @Test
  void aWholePreflightIsReleased() {
    DefaultFullHttpRequest whole =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.OPTIONS, "/", Unpooled.buffer().writeByte(1));
    whole.headers().set(head(HttpMethod.OPTIONS, "/").headers());
    channel.writeInbound(whole);
    assertEquals(0, whole.refCnt());
    FullHttpResponse answer = channel.readOutbound();
    answer.release();
  }

  @Test
  void theNextRequestIsJudgedByItself() {
    channel.writeInbound(
        head(HttpMethod.OPTIONS, "/v1beta/models"), LastHttpContent.EMPTY_LAST_CONTENT);
    FullHttpResponse preflight = channel.readOutbound();
    preflight.release();
    DefaultHttpRequest plain =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1beta/models");
    channel.writeInbound(plain, LastHttpContent.EMPTY_LAST_CONTENT);
    assertNotNull(channel.readInbound());
    assertNotNull(channel.readInbound());
    assertNull(answer(HttpResponseStatus.OK).headers().get(ALLOWED));
  }

  @Test
  void anInterimAnswerStaysAsItIs() {
    channel.writeInbound(head(HttpMethod.POST, "/v1beta/models"));
    assertTrue(answer(HttpResponseStatus.CONTINUE).headers().isEmpty());
    FullHttpResponse last = answer(HttpResponseStatus.OK);
    assertEquals(List.of(PAGE), last.headers().getAll(ALLOWED));
    assertEquals("a, b", last.headers().get("access-control-expose-headers"));
  }

  private FullHttpResponse answer(HttpResponseStatus status) {
    channel.writeOutbound(
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER));
    return channel.readOutbound();
  }

  @Test
  void thePolicySaysWhatTheRulesSay() {
    CorsConfig some = CorsPolicy.of(rules(List.of(PAGE), List.of("x-a"), true));
    assertEquals(Set.of(PAGE), some.origins());
    assertEquals(Set.of("x-a"), some.allowedRequestHeaders());
    assertEquals(Set.of(HttpMethod.POST), some.allowedRequestMethods());
    assertEquals(3600, some.maxAge());
    assertTrue(some.isCredentialsAllowed() && some.isPrivateNetworkAllowed());
    assertFalse(some.isAnyOriginSupported() || some.isNullOriginAllowed());
    CorsConfig any = CorsPolicy.of(rules(List.of(CorsRules.ANY), List.of(CorsRules.ANY), false));
    assertTrue(any.isAnyOriginSupported());
    assertFalse(any.isCredentialsAllowed() || any.isPrivateNetworkAllowed());
    assertEquals(Set.of("*", "authorization"), any.allowedRequestHeaders());
  }
}
