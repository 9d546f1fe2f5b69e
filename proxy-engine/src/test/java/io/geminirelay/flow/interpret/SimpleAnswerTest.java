package io.geminirelay.flow.interpret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.sim.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Google's recorded answers, cut anywhere, against what a tree of the whole says. */
class SimpleAnswerTest {
  private static final int SMALL_BYTES = 1_500;

  /** Without records of each access, which would make thousands of cuts slow. */
  private static final ByteBufAllocator UNWATCHED = new UnpooledByteBufAllocator(false, true);

  private static byte[] answer(ByteBufAllocator alloc, int status, List<byte[]> pieces) {
    FakeTime time = new FakeTime();
    DefaultHttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/gemini-proxy");
    Exchange exchange = new Exchange("id-1", head, time.nanoTime());
    exchange.classified(Route.SIMPLE, "/gemini-proxy", "", false);
    exchange.interpreted(head, "/v1beta/models/m:generateContent", "m");
    SimpleAnswer answer = new SimpleAnswer(alloc, exchange, time);
    answer.head(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status)));
    for (byte[] piece : pieces) {
      ByteBuf buf = alloc.buffer(piece.length).writeBytes(piece);
      answer.look(buf);
      buf.release();
    }
    time.advance(Duration.ofMillis(42));
    FullHttpResponse given = answer.give();
    answer.release();
    byte[] body = ByteBufUtil.getBytes(given.content());
    assertEquals(body.length, given.headers().getInt("content-length"));
    given.release();
    return body;
  }

  /** What the answer has to be, worked out the slow way. */
  private static Map<String, Object> reference(byte[] body) throws IOException {
    Map<String, Object> all = Json.map(Json.parse(body));
    List<Object> candidates = Json.list(all.get("candidates"));
    Map<String, Object> first = candidates.isEmpty() ? Map.of() : Json.map(candidates.get(0));
    StringBuilder text = new StringBuilder();
    for (Object each : Json.list(Json.map(first.get("content")).get("parts"))) {
      Map<String, Object> part = Json.map(each);
      if (!Boolean.TRUE.equals(part.get("thought"))) {
        text.append(part.getOrDefault("text", ""));
      }
    }
    boolean blocked = Json.map(all.get("promptFeedback")).get("blockReason") != null;
    if (blocked
        || List.of("SAFETY", "PROHIBITED_CONTENT")
            .contains(String.valueOf(first.get("finishReason")))) {
      return Map.of("code", "SAFETY_BLOCKED");
    }
    return text.length() == 0
        ? Map.of("code", "UPSTREAM_ERROR")
        : Map.of("response", text.toString(), "model", "m", "time", 42L);
  }

  private static void check(Map<String, Object> expected, byte[] body) throws IOException {
    Map<String, Object> got = Json.map(Json.parse(body));
    if (expected.containsKey("code")) {
      assertEquals("Failed", got.get("result"));
      Map<String, Object> error = Json.map(Json.list(got.get("errors")).get(0));
      assertEquals(expected.get("code"), error.get("code"));
    } else {
      assertEquals("OK", got.get("result"));
      assertEquals(
          expected.toString(), new java.util.TreeMap<>(Json.map(got.get("data"))).toString());
    }
  }

  @Test
  void tellsTheTextOfEveryRecordedAnswerHoweverItIsCut() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int texts = 0;
    int swept = 0;
    for (CorpusExchange recorded : Corpus.ofKind("native-unary")) {
      if (recorded.status() != 200) {
        continue;
      }
      byte[] body = recorded.responseBody();
      Map<String, Object> expected = new java.util.TreeMap<>(reference(body));
      texts += expected.containsKey("response") ? 1 : 0;
      String where = recorded + ", seed " + seed;
      try {
        check(expected, answer(PooledByteBufAllocator.DEFAULT, 200, List.of(body)));
        for (int i = 0; i < 20; i++) {
          List<byte[]> pieces = EverySplit.randomly(body, 1 << (1 + random.nextInt(12)), random);
          check(expected, answer(UNWATCHED, 200, pieces));
        }
        if (body.length <= SMALL_BYTES) {
          swept++;
          EverySplit.of(body, 20, seed, pieces -> check(expected, answer(UNWATCHED, 200, pieces)));
        }
      } catch (AssertionError e) {
        throw new AssertionError(where, e);
      }
    }
    System.out.println("recorded answers with text: " + texts + ", cut everywhere: " + swept);
    assertTrue(texts > 20 && swept > 5, texts + " texts, " + swept + " swept");
  }

  @Test
  void readsEscapesAndBrokenCharactersCutAnywhere() throws Exception {
    String text = "a\\u00e4\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000 ä€😀 \\ud83d!";
    String json =
        "{\"candidates\":[{\"index\":0,\"content\":{\"parts\":[{\"text\":\"%s\"},{\"text\":\"b\"}]},"
            + "\"finishReason\":\"STOP\"},{\"index\":1,\"content\":{\"parts\":[{\"text\":\"no\"}]}}]}";
    byte[] body = json.formatted(text).getBytes(UTF_8);
    Map<String, Object> expected =
        new java.util.TreeMap<>(
            Map.of(
                "response", "aä😀\"\\/\b\f\n\r\t\u0000 ä€😀 \ufffd!b", "model", "m", "time", 42L));
    EverySplit.of(body, pieces -> check(expected, answer(UNWATCHED, 200, pieces)));
  }

  @Test
  void readsErrorsCutAnywhere() throws Exception {
    byte[] body =
        "{\"error\":{\"code\":429,\"message\":\"Spent.\",\"status\":\"RESOURCE_EXHAUSTED\"}}"
            .getBytes(UTF_8);
    EverySplit.of(
        body, pieces -> check(Map.of("code", "QUOTA_ERROR"), answer(UNWATCHED, 429, pieces)));
  }

  @Test
  void tellsATruncatedAnswerAsBroken() throws Exception {
    byte[] body =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}]}"
            .getBytes(UTF_8);
    for (int length = 0; length < body.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(body, length);
      check(Map.of("code", "UPSTREAM_ERROR"), answer(UNWATCHED, 200, List.of(cut)));
    }
  }
}
