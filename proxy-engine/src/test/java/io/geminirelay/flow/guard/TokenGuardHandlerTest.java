package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.tokens.TextCounter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenGuardHandlerTest {
  private static final String PATH = "/v1beta/models/gemini-2.0-flash:generateContent";
  private static final long LIMIT = 1_400;

  private static final int BUDGET = 4 << 20;

  private long counted;
  private final HoldBudget budget = new HoldBudget(BUDGET);
  private final EmbeddedChannel channel =
      new EmbeddedChannel(new TokenGuardHandler(limit(BytesAsTokens::new)));

  private TokenLimit limit(Supplier<TextCounter> counters) {
    return new TokenLimit(LIMIT, counters, budget, Map.of());
  }

  /** A token a byte. */
  private final class BytesAsTokens implements TextCounter {
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

  @Test
  void passesAtOnceWhatCouldNotBeTooMuch() {
    HttpRequest head = sized(2);
    assertSame(head, channel.readInbound());
    HttpContent content = last("{}");
    channel.writeInbound(content);
    assertPassed(content);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1beta/models/m:countTokens, NATIVE, false",
    "/v1beta/models/m:batchGenerateContent, NATIVE, true",
    "/v1beta/models/m:batchGenerateContent/?a=/b, NATIVE, true",
    "/v1beta/models/m:asyncBatchEmbedContent, NATIVE, true",
    "/v1beta/models/aqa:generateAnswer, NATIVE, true",
    "/v1beta/models/imagen:predict, NATIVE, false",
    "/v1beta/interactions, NATIVE, true",
    "/v1beta/interactions/%2F?a, NATIVE, false",
    "/v1beta/interactions%2F, NATIVE, true",
    "/v1beta/interactions/a, NATIVE, false",
    "/v1beta/openai/completions, OPENAI, true",
    "/v1beta/openai/responses/, OPENAI, true",
    "/v1beta/openai/embeddings/, OPENAI, true",
    "/upload/v1beta/files, UPLOAD, false",
    "/v1beta/openai/batches, OPENAI, false",
    "/v1beta/models/m:embedContent, NATIVE, true",
    "/v1beta/models/m:batchEmbedContents?x=y, NATIVE, true",
    "/v1beta/models/m%3Aembed%43ontent, NATIVE, true",
    "/v1beta/openai/embeddings, OPENAI, true",
    "/v1beta/openai/%65mbeddings?a, OPENAI, true",
  })
  void waitsOnlyForWhatAsksAModel(String uri, Route route, boolean waits) {
    HttpRequest head = head(uri, route, false, "transfer-encoding", "chunked");
    assertEquals(waits, channel.inboundMessages().isEmpty());
    channel.writeInbound(last("{}"));
    assertSame(head, channel.readInbound());
    ((HttpContent) channel.readInbound()).release();
  }

  @Test
  void passesNothingOnBeforeTheEndAndThenTheSamePiecesInOrder() {
    HttpRequest head = sized(9000);
    HttpContent first = piece("{\"contents\":[{\"parts\":[{\"text\":\"" + "a".repeat(800));
    HttpContent second = piece("\",\"thoughtSignature\":\"" + "b".repeat(4000));
    HttpContent third = last("\"}]}]}");
    channel.writeInbound(first, second);
    assertNull(channel.readInbound());
    channel.writeInbound(third);
    assertSame(head, channel.readInbound());
    HttpContent passed = channel.readInbound();
    assertEquals(first.content().writerIndex(), passed.content().readableBytes());
    passed.release();
    HttpContent large = channel.readInbound();
    assertSame(second.content(), large.content());
    large.release();
    assertPassed(third);
  }

  @Test
  void passesAShortBodyThatNamesNoMediaUncounted() {
    sized(1400);
    HttpContent body = last("{\"contents\":\"" + "a".repeat(1_400 - 15) + "\"}");
    channel.writeInbound(body);
    assertNotNull(channel.readInbound());
    assertPassed(body);
  }

  @Test
  void refusesAtTheEndWithTheWholeNumber() {
    sized(4000);
    HttpContent body = last(text(1_401));
    channel.writeInbound(body);
    assertRefused("Request body too large: 1401 tokens (max: 1400)", false);
    assertEquals(0, body.refCnt());
  }

  @Test
  void refusesAsSoonAsItIsTooMuch() {
    sized(100000);
    HttpContent first = piece("{\"contents\":[{\"parts\":[{\"text\":\"" + "a".repeat(1_000));
    HttpContent second = piece("a".repeat(2_500));
    channel.writeInbound(first);
    assertNull(channel.readOutbound());
    channel.writeInbound(second);
    assertRefused("Request body too large: more than 3500 tokens (max: 1400)", true);
    assertEquals(0, first.refCnt());
    assertEquals(0, second.refCnt());
    HttpContent rest = last("a");
    channel.writeInbound(rest);
    assertEquals(0, rest.refCnt(), "what follows is dropped");
  }

  @Test
  void countsAShortBodyThatNamesMedia() {
    sized(100);
    channel.writeInbound(
        last("{'contents':{'parts':{'file\\u0044ata':{'fileUri':'a','mimeType':'video/mp4'}}}}"));
    assertRefused("Request body too large: 15780 tokens (max: 1400)", false);
  }

  @Test
  void countsAShortInteractionWithMedia() {
    head("/v1beta/interactions", Route.NATIVE, false, "content-length", "100");
    channel.writeInbound(
        last("{'model':'gemini-2.0-flash','input':{'type':'video','uri':'https://youtu.be/a'}}"));
    assertRefused("Request body too large: 15780 tokens (max: 1400)", false);
  }

  @Test
  void countsWhatIsNoJsonByItsBytes() {
    chunked();
    channel.writeInbound(piece("{]" + "a".repeat(1_398)), last("a"));
    assertRefused("Request body too large: 1401 tokens (max: 1400)", false);
    sized(1500);
    channel.writeInbound(last("{\"contents\":[{\"parts\":[{\"text\":\"" + "a".repeat(1_300)));
    assertNotNull(channel.readInbound());
    ((HttpContent) channel.readInbound()).release();
  }

  @Test
  void holdsABodyThatComesByteByByteInLittleMoreThanItsBytes() {
    UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    channel.config().setAllocator(memory);
    chunked();
    channel.writeInbound(piece("{\"contents\":[{\"parts\":[{\"thoughtSignature\":\""));
    for (int i = 0; i < 10_000; i++) {
      channel.writeInbound(piece("A"));
    }
    long used = memory.metric().usedHeapMemory();
    assertTrue(used > 10_000 && used < 40_000, used + " bytes");
    channel.close();
    assertEquals(0, memory.metric().usedHeapMemory());
  }

  @Test
  void letsGoWhenTheClientLeavesOrAnEarlierStageRefuses() {
    chunked();
    HttpContent piece = piece("{\"a\":\"" + "a".repeat(3_000));
    channel.writeInbound(piece);
    channel.pipeline().fireUserEventTriggered(Fault.of(FaultKind.BODY_TOO_LARGE, "x"));
    assertEquals(0, piece.refCnt());
    HttpContent rest = last("a");
    channel.writeInbound(rest);
    assertEquals(0, rest.refCnt());
    chunked();
    HttpContent held = piece("{\"a\":\"" + "a".repeat(5_000));
    channel.writeInbound(held);
    channel.close();
    assertEquals(0, held.refCnt());
  }

  @Test
  void judgesAFullRequestAsOnePiece() {
    DefaultFullHttpRequest full =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH, bytes(text(1_000)));
    open(full, Route.NATIVE, true);
    channel.writeInbound(full);
    assertSame(full, channel.readInbound());
    assertNull(channel.readInbound());
    full.release();
    DefaultFullHttpRequest over =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH, bytes(text(1_500)));
    open(over, Route.NATIVE, true);
    channel.writeInbound(over);
    assertRefused("Request body too large: 1500 tokens (max: 1400)", false);
    assertEquals(0, over.refCnt());
  }

  @Test
  void refusesWhatTheBudgetOfAllConnectionsHasNoRoomFor() {
    EmbeddedChannel other = new EmbeddedChannel(new TokenGuardHandler(limit(BytesAsTokens::new)));
    chunkedTo(other);
    other.writeInbound(piece("{\"x\":\"" + "a".repeat(BUDGET - 10_000)));
    chunked();
    HttpContent first = piece("{\"x\":\"" + "a".repeat(3_000));
    HttpContent second = piece("a".repeat(8_000));
    channel.writeInbound(first);
    assertNull(channel.readOutbound());
    channel.writeInbound(second);
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(503, answer.status().code());
    assertEquals("1", answer.headers().get("retry-after"));
    assertEquals("close", answer.headers().get("connection"));
    String body = answer.content().toString(StandardCharsets.UTF_8);
    assertTrue(body.contains("\"status\":\"UNAVAILABLE\""), body);
    assertTrue(body.contains("OVERLOADED"), body);
    answer.release();
    assertEquals(0, first.refCnt());
    assertEquals(0, second.refCnt());
    HttpContent rest = last("a");
    channel.writeInbound(rest);
    assertEquals(0, rest.refCnt(), "what follows is dropped");
    other.close();
    assertEquals(0, budget.heldBytes());
    chunked();
    channel.writeInbound(last("{\"x\":\"" + "a".repeat(BUDGET / 2) + "\"}"));
    settle(channel);
    assertNotNull(channel.readInbound(), "there is room again");
    ((HttpContent) channel.readInbound()).release();
  }

  @Test
  void countsALongBodyInTurnsBetweenWhichMorePiecesMayCome() {
    String start = "{\"x\":\"";
    chunked();
    HttpContent first = piece(start + "a".repeat(3 << 20));
    HttpContent end = last("a".repeat(3_000) + "\"}");
    channel.writeInbound(first);
    channel.writeInbound(piece("b"), piece("c"), end);
    assertNull(channel.readInbound(), "the turns are not over");
    settle(channel);
    assertNotNull(channel.readInbound());
    assertPiece(start.length() + (3 << 20));
    assertPiece(2);
    assertPassed(end);
  }

  @Test
  void stopsAtTheLimitWhereABodyTurnsOutToBeNoJsonAtItsEnd() {
    counted = 0;
    chunked();
    channel.writeInbound(piece("{\"x\":\"" + "a".repeat(3 << 20)), last("a"));
    settle(channel);
    FullHttpResponse answer = channel.readOutbound();
    String body = answer.content().toString(StandardCharsets.UTF_8);
    answer.release();
    assertEquals(400, answer.status().code());
    assertTrue(body.contains("more than"), body);
    assertNull(answer.headers().get("connection"), "the request was whole");
    assertTrue(counted < 100_000, counted + " bytes counted");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void letsGoOfABodyWhoseClientLeavesBetweenTwoTurns(boolean whole) {
    chunked();
    HttpContent body = piece("{\"x\":\"" + "a".repeat(3 << 20));
    channel.writeInbound(body);
    if (whole) {
      channel.writeInbound(last("\"}"));
    }
    assertEquals(1, body.refCnt());
    channel.close();
    assertEquals(0, body.refCnt());
    settle(channel);
  }

  @Test
  void turnsOfAnEarlierRequestDoNotTouchTheNext() {
    chunked();
    channel.writeInbound(piece("{\"x\":\"" + "a".repeat(3 << 20)));
    channel.pipeline().fireUserEventTriggered(Fault.of(FaultKind.BODY_TOO_LARGE, "x"));
    chunked();
    HttpContent body = last("{\"x\":\"" + "a".repeat(3 << 20) + "\"}");
    channel.writeInbound(body);
    settle(channel);
    assertNotNull(channel.readInbound());
    assertPassed(body);
  }

  @Test
  void letsGoOfAPieceThatCannotBeCounted() {
    EmbeddedChannel failing =
        new EmbeddedChannel(
            new TokenGuardHandler(
                limit(
                    () -> {
                      throw new IllegalStateException("no counter");
                    })));
    chunkedTo(failing);
    HttpContent body = piece("{\"x\":\"" + "a".repeat(5_000));
    assertThrows(IllegalStateException.class, () -> failing.writeInbound(body));
    failing.close();
    assertEquals(0, body.refCnt());
  }

  /** Lets the event loop take its turns. */
  private static void settle(EmbeddedChannel channel) {
    for (int i = 0; i < 100 && channel.runScheduledPendingTasks() >= 0; i++) {
      channel.runPendingTasks();
    }
  }

  private void assertPiece(int length) {
    HttpContent passed = channel.readInbound();
    assertEquals(length, passed.content().readableBytes());
    passed.release();
  }

  private static String text(int length) {
    return "{\"contents\":[{\"parts\":[{\"text\":\"" + "a".repeat(length) + "\"}]}]}";
  }

  private HttpRequest sized(int length) {
    return head(PATH, Route.NATIVE, true, "content-length", Integer.toString(length));
  }

  private void chunked() {
    chunkedTo(channel);
  }

  private static void chunkedTo(EmbeddedChannel channel) {
    head(channel, PATH, Route.NATIVE, true, "transfer-encoding", "chunked");
  }

  private HttpRequest head(String uri, Route route, boolean generating, String name, String value) {
    return head(channel, uri, route, generating, name, value);
  }

  private static HttpRequest head(
      EmbeddedChannel to, String uri, Route route, boolean generating, String name, String value) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, uri);
    head.headers().set(name, value);
    open(to, head, route, generating);
    to.writeInbound(head);
    return head;
  }

  private void open(HttpRequest head, Route route, boolean generating) {
    open(channel, head, route, generating);
  }

  private static void open(
      EmbeddedChannel channel, HttpRequest head, Route route, boolean generating) {
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(route, head.uri(), "gemini-2.0-flash", generating);
    channel.attr(Exchange.KEY).set(exchange);
  }

  private void assertPassed(HttpContent content) {
    assertSame(content, channel.readInbound());
    content.release();
  }

  private void assertRefused(String message, boolean closes) {
    assertNull(channel.readInbound());
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(400, answer.status().code());
    assertEquals(closes ? "close" : null, answer.headers().get("connection"));
    String body = answer.content().toString(StandardCharsets.UTF_8);
    assertTrue(body.contains("\"message\":\"" + message + "\""), body);
    answer.release();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private static HttpContent piece(String text) {
    return new DefaultHttpContent(bytes(text));
  }

  private static LastHttpContent last(String text) {
    return new DefaultLastHttpContent(bytes(text));
  }
}
