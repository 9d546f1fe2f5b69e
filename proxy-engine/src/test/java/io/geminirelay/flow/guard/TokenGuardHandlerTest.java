package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Route;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenGuardHandlerTest extends TokenGuardCase {
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

  private HttpRequest sized(int length) {
    return head(PATH, Route.NATIVE, true, "content-length", Integer.toString(length));
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
}
