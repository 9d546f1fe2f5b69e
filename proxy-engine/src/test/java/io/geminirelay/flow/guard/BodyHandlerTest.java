package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyHandlerTest {
  private final EmbeddedChannel channel = new EmbeddedChannel(new BodyHandler(4));

  @Test
  void passesContentsByReferenceUpToTheLimitForEachRequest() {
    for (int i = 0; i < 2; i++) {
      send("Transfer-Encoding", "chunked");
      assertNotNull(channel.readInbound());
      HttpContent content = bytes(4);
      channel.writeInbound(content);
      HttpContent passed = channel.readInbound();
      assertSame(content, passed);
      passed.release();
    }
    assertNull(channel.readOutbound());
  }

  @Test
  void refusesAKnownLengthBeforeReading() {
    send("Content-Length", "5");
    assertNull(channel.readInbound());
    assertRefused(413);
  }

  @Test
  void refusesAChunkedBodyOnceItIsTooLong() {
    send("Transfer-Encoding", "chunked");
    channel.readInbound();
    HttpContent content = bytes(5);
    channel.writeInbound(content);
    assertEquals(0, content.refCnt());
    assertNull(channel.readInbound());
    assertRefused(413);
  }

  @Test
  void breaksAnAnswerThatHasBegunInsteadOfWritingASecond() {
    send("Transfer-Encoding", "chunked");
    channel.readInbound();
    channel.writeOutbound(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    channel.readOutbound();
    channel.writeInbound(bytes(5));
    assertNull(channel.readOutbound());
    assertFalse(channel.isOpen());
  }

  @Test
  void givesLeaveToSendTheBody() {
    send("Content-Length", "3", "Expect", "100-Continue");
    FullHttpResponse leave = channel.readOutbound();
    assertEquals(100, leave.status().code());
    assertNotNull(channel.readInbound());
  }

  @Test
  void refusesBeforeGivingLeave() {
    send("Content-Length", "5", "Expect", "100-continue");
    assertRefused(413);
  }

  @Test
  void refusesOtherExpectations() {
    send("Content-Length", "3", "Expect", "miracles");
    assertRefused(417);
    send("Content-Length", "3", "Expect", "100-continue", "Expect", "miracles");
    assertRefused(417);
  }

  @Test
  void leavesTrailersOut() {
    send("Transfer-Encoding", "chunked");
    channel.readInbound();
    LastHttpContent last = new DefaultLastHttpContent();
    last.trailingHeaders().set("x-goog-api-key", "smuggled");
    channel.writeInbound(last);
    LastHttpContent passed = channel.readInbound();
    assertTrue(passed.trailingHeaders().isEmpty());
    passed.release();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity, gzip", "GZIP", "deflate"})
  void refusesCompressedBodiesAndSaysWhatItTakes(String coding) {
    open(Route.OPENAI, "Content-Length", "3", "Content-Encoding", coding);
    assertNull(channel.readInbound());
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(415, answer.status().code());
    assertEquals("identity", answer.headers().get("accept-encoding"));
    answer.release();
    open(Route.NATIVE, "Transfer-Encoding", "chunked", "Content-Encoding", coding);
    assertRefused(415);
  }

  @Test
  void takesCodingsThatChangeNothingAndThoseOfUploads() {
    open(Route.NATIVE, "Content-Length", "3", "Content-Encoding", "Identity");
    assertNotNull(channel.readInbound());
    open(Route.NATIVE, "Content-Length", "3", "Content-Encoding", "");
    assertNotNull(channel.readInbound());
    open(Route.UPLOAD, "Content-Length", "3", "Content-Encoding", "gzip");
    assertNotNull(channel.readInbound());
    open(Route.NATIVE, "Content-Encoding", "gzip");
    assertNotNull(channel.readInbound());
  }

  private void assertRefused(int status) {
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(status, answer.status().code());
    assertEquals("close", answer.headers().get("connection"));
    answer.release();
    assertNull(channel.readOutbound());
  }

  private void send(String... headers) {
    open(Route.NATIVE, headers);
  }

  private void open(Route route, String... headers) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/x");
    for (int i = 0; i < headers.length; i += 2) {
      head.headers().add(headers[i], headers[i + 1]);
    }
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(route, "/x", "", false);
    channel.attr(Exchange.KEY).set(exchange);
    channel.writeInbound(head);
  }

  private static HttpContent bytes(int length) {
    return new DefaultHttpContent(Unpooled.buffer().writeZero(length));
  }
}
