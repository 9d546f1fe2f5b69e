package io.geminirelay.base.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamScannerTest {
  private static final long SEED = 20260921;

  private static StreamScanner read(byte[] body, Random splits, boolean single) {
    StreamScanner scanner = new StreamScanner();
    ByteBuf buf = Unpooled.wrappedBuffer(body);
    int at = 0;
    while (at < body.length) {
      int most = body.length - at;
      int step = single ? 1 : splits == null ? most : 1 + splits.nextInt(Math.min(most, 200));
      scanner.look(buf, at, at + step);
      at += step;
    }
    scanner.end();
    assertEquals(0, buf.readerIndex());
    buf.release();
    return scanner;
  }

  private static StreamScanner read(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StreamScanner whole = read(bytes, null, false);
    assertEquals(facts(whole), facts(read(bytes, null, true)), body);
    return whole;
  }

  private static String facts(StreamScanner s) {
    TokenCounts u = s.usage();
    return Arrays.asList(
            s.events(),
            s.contentSeen(),
            s.errorSeen()
                + ":"
                + s.errorCode()
                + ":"
                + s.errorStatus()
                + ":"
                + s.errorFrom()
                + ":"
                + s.errorEnd(),
            s.errorFirst() + s.errorRest(),
            s.finishReason(),
            s.doneSeen(),
            s.endedCleanly(),
            s.malformed(),
            Arrays.asList(u.prompt(), u.output(), u.thoughts(), u.cached(), u.toolUse(), u.total()))
        .toString();
  }

  @Test
  void readsRecordedBodiesAlikeHoweverTheyAreCut() throws IOException {
    Random random = new Random(SEED);
    for (Map.Entry<String, byte[]> body : RecordedBodies.all().entrySet()) {
      String whole = facts(read(body.getValue(), null, false));
      assertEquals(whole, facts(read(body.getValue(), null, true)), body.getKey());
      for (int i = 0; i < 5; i++) {
        String cut = facts(read(body.getValue(), random, false));
        assertEquals(whole, cut, body.getKey() + " seed " + SEED);
      }
    }
  }

  @Test
  void agreesWithAParserOnRecordedBodies() throws IOException {
    for (Map.Entry<String, byte[]> body : RecordedBodies.all().entrySet()) {
      if (body.getValue().length == 0) {
        continue;
      }
      Reference reference = Reference.of(new String(body.getValue(), StandardCharsets.UTF_8));
      StreamScanner s = read(body.getValue(), null, false);
      TokenCounts u = s.usage();
      List<Object> actual = new ArrayList<>();
      actual.addAll(List.of(s.events(), s.contentSeen(), s.errorSeen(), s.errorCode()));
      actual.addAll(List.of(s.finishReason() != FinishReason.NONE, s.doneSeen()));
      actual.addAll(List.of(u.prompt(), u.output(), u.thoughts()));
      actual.addAll(List.of(u.cached(), u.toolUse(), u.total()));
      assertEquals(reference.facts(), actual, body.getKey());
      assertEquals(Ending.WHOLE, s.endedCleanly(), body.getKey());
      assertFalse(s.malformed(), body.getKey());
    }
  }

  @Test
  void readsANativeStream() {
    String first =
        "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"a\\\"}\"}]}}],"
            + "\"usageMetadata\": {\"promptTokenCount\": 3}}\r\n\r\n";
    StreamScanner s = read(first);
    assertEquals(Ending.TRUNCATED, s.endedCleanly());
    assertTrue(s.contentSeen());
    s =
        read(
            "\uFEFF: keep-alive\r\n\r\n"
                + first
                + "data: {\"candidates\":[{\"finishReason\":2}],\r\n"
                + "data: \"usageMetadata\":{\"promptTokenCount\":4}}\r\n\r\n");
    assertEquals(2, s.events());
    assertEquals(FinishReason.MAX_TOKENS, s.finishReason());
    assertEquals(4, s.usage().prompt());
    assertEquals(-1, s.usage().thoughts());
    assertEquals(Ending.WHOLE, s.endedCleanly());
  }

  @Test
  void countsNoContentInUsageAndMetadataAlone() {
    StreamScanner s = read("data: {\"usageMetadata\":{},\"modelVersion\":\"m\"}\n\n");
    assertEquals(1, s.events());
    assertFalse(s.contentSeen());
    assertFalse(read("data: {\"candidates\":[{\"index\":0}]}\n\n").contentSeen());
    assertTrue(read("data: {\"choices\":[]}\n\n").contentSeen());
    assertTrue(read("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}").contentSeen());
    assertTrue(read("[1,2]").contentSeen());
  }

  @Test
  void tellsWhereTheFirstErrorEndsAndWhatIsMissingThere() {
    String event = "data: {\"candidates\":[]}\r\n\r\n";
    String error = "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}";
    StreamScanner framed = read("data: " + error + "\r\n\r\n" + event);
    assertEquals(429, framed.errorCode());
    assertEquals("RESOURCE_EXHAUSTED", framed.errorStatus());
    assertEnd(framed, ("data: " + error + "\r\n\r").length(), "\n");
    assertEnd(read("data: " + error + "\n\n" + event), ("data: " + error + "\n\n").length(), "");
    StreamScanner unfinished = read("data: " + error + "\n" + error);
    assertEnd(unfinished, ("data: " + error + "\n").length(), "\r\n");
    assertEquals(6, unfinished.errorFrom() - "{\"error\":".length());
    StreamScanner returns = read("data: " + error + "\r" + error);
    assertEnd(returns, ("data: " + error + "\r").length(), "\r\n");
    StreamScanner bare = read(event + error.replace(":{", ":\n  {") + "\n");
    assertEnd(bare, event.length() + error.length() + 3, "");
    assertEquals(Ending.WHOLE, bare.endedCleanly());
    assertEquals(2, bare.events());
    StreamScanner array = read("[" + error + "\n,{\"candidates\":[]}]");
    assertEnd(array, 1 + error.length(), "]");
    assertEquals(1 + "{\"error\":".length(), array.errorFrom());
    assertEnd(read("data: [" + error + "]\n\n"), error.length() + 10, "");
    assertFalse(read("{\"error\":null,\"a\":{\"error\":{}}}").errorSeen());
  }

  private static void assertEnd(StreamScanner scanner, long end, String rest) {
    assertTrue(scanner.errorFirst());
    assertEquals(end, scanner.errorEnd());
    assertEquals(rest, scanner.errorRest());
  }

  @Test
  void anErrorBehindContentIsNotTheFirst() {
    String content = "data: {\"candidates\":[{\"content\":{\"parts\":[]}}]}\n\n";
    StreamScanner behind = read(content + "data: {\"error\":{}}\n\n");
    assertTrue(behind.errorSeen());
    assertFalse(behind.errorFirst());
    StreamScanner before = read("data: {\"error\":{}}\n\n" + content);
    assertTrue(before.errorFirst());
    assertTrue(before.contentSeen());
  }

  @Test
  void judgesTheEnd() {
    assertEquals(Ending.EMPTY, read("").endedCleanly());
    assertEquals(Ending.EMPTY, read(": keep-alive\n\n").endedCleanly());
    assertEquals(Ending.UNKNOWN, read("<html>\n").endedCleanly());
    assertEquals(Ending.UNKNOWN, read("Not found").endedCleanly());
    assertEquals(Ending.TRUNCATED, read("[{}\n,\r\n{}").endedCleanly());
    assertEquals(Ending.WHOLE, read("[{}\n,\r\n{}\n]").endedCleanly());
    assertEquals(
        Ending.TRUNCATED,
        read("{\"a\":[}").endedCleanly() == Ending.WHOLE ? Ending.WHOLE : Ending.TRUNCATED);
    StreamScanner done = read("data: {\"choices\":[]}\n\ndata: [DONE]");
    assertEquals(Ending.WHOLE, done.endedCleanly());
    assertEquals(1, done.events());
    assertEquals(Ending.TRUNCATED, read("data: {\"choices\":[]}\n\ndata: [DON").endedCleanly());
  }

  @Test
  void leavesWhatIsForeignUnreadHoweverItIsCut() {
    StreamScanner s = read("*\n[{}]\ndata: {}\n\n");
    assertEquals(Ending.UNKNOWN, s.endedCleanly());
    assertEquals(0, s.events());
    assertFalse(s.malformed());
  }

  @Test
  void endsANumberAtTheLineEndHoweverItIsCut() {
    assertTrue(read("data: [5\ndata: 6]\n\n").malformed());
    assertFalse(read("data: [5,\ndata: 6]\n\n").malformed());
  }

  @Test
  void neverThrowsAndCountsNoMoreThanItHas() throws IOException {
    Random random = new Random(SEED);
    String alphabet = "{}[]\"'\\,:\r\n dataDONE1eu[]{}\0\uFFFF";
    for (int round = 0; round < 2000; round++) {
      StringBuilder noise = new StringBuilder(random.nextBoolean() ? "data: " : "{\"a\":");
      for (int i = random.nextInt(200); i > 0; i--) {
        noise.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      read(noise.toString());
    }
    read("[".repeat(1_000_000) + "]".repeat(1_000_000));
    read("data: " + "{\"a\":".repeat(100_000) + "\n\n");
    byte[] error = RecordedBodies.all().get("native-sse/firebase-error-mid-stream.json");
    for (int length = 0; length < error.length; length++) {
      read(Arrays.copyOf(error, length), null, true);
    }
  }

  @Test
  void whoAskedForTheCountsOfABodyKeepsThem() {
    StreamScanner scanner = new StreamScanner();
    byte[] silent = "{\"totalTokens\": 3}".getBytes(StandardCharsets.UTF_8);
    scanner.look(Unpooled.wrappedBuffer(silent), 0, silent.length);
    TokenCounts before = scanner.usage();
    scanner.reset();
    byte[] telling =
        "{\"usageMetadata\": {\"promptTokenCount\": 5}}".getBytes(StandardCharsets.UTF_8);
    scanner.look(Unpooled.wrappedBuffer(telling), 0, telling.length);
    assertEquals(5, scanner.usage().prompt());
    assertEquals(TokenCounts.UNKNOWN, before.prompt());
  }
}
