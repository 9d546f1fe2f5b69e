package io.geminirelay.base.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.ScannerFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An event whose form is known tells what it tells a scanner that reads each byte. */
class EventFormsTest {
  private static final long SEED = 20261122;

  private static final String NATIVE =
      "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"%s\"}],\"role\": \"model\"},"
          + "\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": %d,\"candidatesTokenCount\":"
          + " %d,\"totalTokenCount\": 72,\"promptTokensDetails\": [{\"modality\": \"TEXT\","
          + "\"tokenCount\": 8}]},\"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"a1\"}\r\n\r\n";
  private static final String OPENAI =
      "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":17,\"choices\":[{\"index\":0,"
          + "\"delta\":{\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null,"
          + "\"n\":[%d,%d]}\n\n";
  private static final String INTERACTION =
      "event: content.delta\ndata: {\"delta\":{\"text\":\"%s\",\"type\":\"text\"},\"index\":%d,"
          + "\"usage\":{\"total_output_tokens\":%d}}\n\n";

  /** What may stand in an event instead, or after it. */
  private static final List<String> ODD =
      List.of(
          "data: {\"error\": {\"code\": 429, \"status\": \"RESOURCE_EXHAUSTED\"}}\r\n\r\n",
          "data: {\"error\": null, \"candidates\": []}\r\n\r\n",
          "data: {\"candidates\": [{\"finishReason\": \"STOP\", \"index\": 0}]}\r\n\r\n",
          "data: {\"promptFeedback\": {\"blockReason\": \"SAFETY\"}}\r\n\r\n",
          "data: {\"promptFeedback\": {\"blockReason\": [\"SAFETY\"]}}\r\n\r\n",
          "data: {\"usageMetadata\": {\"promptTokenCount\": [5], \"totalTokenCount\": \"7\"}}\n\n",
          "data: {\"usageMetadata\": {\"promptTokenCount\": 1e3, \"totalTokenCount\": -1}}\n\n",
          "data: {\"usageMetadata\": {\"promptTokenCount\": 1234567890123456789}}\n\n",
          "data: {\"modelVersion\": \"\\u\", \"text\": \"\\\"\\\\\"}\n\n",
          "data: {\"modelVersion\": 'x', \"avgLogprobs\": -0.125, \"a\": {}, \"b\": [true, false]}\n\n",
          "data: {\"a\": \"b\",\ndata: \"c\": \"d\"}\n\n",
          "data: {\"a\": \"b\n\ndata: \"c\": \"d\"}\n\n",
          "data: {\"a\" \"b\"}\n\n",
          "data: [\"a\", 1]\n\n",
          "data: [{\"candidates\": [{\"finishReason\": \"STOP\"}]}]\n\n",
          "data: [{\"usageMetadata\": {\"promptTokenCount\": 5}}]\n\n",
          "{\"candidates\": [{\"finishReason\": \"STOP\"}], \"x\": {\"promptTokenCount\": 5}}\n",
          "data: {\"candidates\": [{\"finishReason\":\ndata:\"STOP\"}]}\n\n",
          "data: {\"usageMetadata\": {\"promptTokenCount\":\ndata:5}}\n\n",
          "data: {\"a\": 1} {\"a\": 2}\n\n",
          "data: {\"status\": \"completed\"}\n\n",
          "data: [DONE]\n\n",
          ": comment\n\n",
          "id: 7\ndata: {\"x\": \"y\"}\r\r",
          "\n",
          "{\"error\": {\"code\": 500}}\n",
          "data: {\"x\": \"y\"\n\n",
          "data: {\"x\": nul}\n\n");

  /** Both read {@code body} in the same pieces, and are asked behind each. */
  private static void same(EventForms forms, byte[] body, Random cuts, int longest) {
    StreamScanner each = new StreamScanner();
    StreamScanner known = new StreamScanner(forms);
    ByteBuf buf = Unpooled.wrappedBuffer(body);
    int at = 0;
    while (at < body.length) {
      int next = Math.min(body.length, at + 1 + cuts.nextInt(longest));
      each.look(buf, at, next);
      known.look(buf, at, next);
      assertEquals(ScannerFacts.of(each), ScannerFacts.of(known), () -> new String(body, UTF_8));
      at = next;
    }
    each.end();
    known.end();
    assertEquals(ScannerFacts.of(each), ScannerFacts.of(known));
    assertEquals(each.endedCleanly(), known.endedCleanly());
    buf.release();
  }

  private static String text(Random random) {
    String[] words = {"word ", "\\n", "\\\"", "\\\\", "\u00e9", "\t", "\\u00e9", "}]", "'", "x"};
    StringBuilder text = new StringBuilder();
    int count = random.nextInt(random.nextInt(20) == 0 ? 3000 : 40);
    for (int i = 0; i < count; i++) {
      text.append(words[random.nextInt(words.length)]);
    }
    return text.toString();
  }

  private static String event(Random random) {
    String form = List.of(NATIVE, OPENAI, INTERACTION).get(random.nextInt(3));
    return form.formatted(text(random), random.nextInt(1000), random.nextInt(100_000));
  }

  private static byte[] stream(Random random) {
    StringBuilder stream = new StringBuilder();
    int events = random.nextInt(60);
    for (int i = 0; i < events; i++) {
      boolean odd = random.nextInt(8) == 0;
      String event = odd ? ODD.get(random.nextInt(ODD.size())) : event(random);
      if (random.nextInt(20) == 0) {
        int at = random.nextInt(event.length());
        String wrong = "\"{}[],:\\x1\r\n ".charAt(random.nextInt(12)) + "";
        event = event.substring(0, at) + wrong + event.substring(at + random.nextInt(2));
      }
      stream.append(event);
    }
    return stream.toString().getBytes(UTF_8);
  }

  @Test
  void tellsWhatTheScannerTells() {
    Random random = new Random(SEED);
    EventForms forms = new EventForms();
    for (int i = 0; i < 300; i++) {
      byte[] body = stream(random);
      same(forms, body, random, 1 << random.nextInt(16));
      if (i % 30 == 0) {
        forms = new EventForms();
      }
    }
  }

  @Test
  void tellsOfEveryOddEventBetweenKnownOnes() {
    for (String odd : ODD) {
      EventForms forms = new EventForms();
      for (int i = 0; i < 3; i++) {
        String known = NATIVE.formatted("a", 1, 2);
        byte[] body = (known + known + odd + known + odd + odd + known).getBytes(UTF_8);
        same(forms, body, new Random(i), 1 << (4 * i + 3));
      }
    }
  }

  @Test
  void tellsWhatRecordedStreamsTell() throws Exception {
    EventForms forms = new EventForms();
    for (int i = 0; i < 2; i++) {
      for (byte[] body : recorded()) {
        same(forms, body, new Random(SEED + i), 4000);
      }
    }
  }

  private static List<byte[]> recorded() throws Exception {
    List<byte[]> bodies = new ArrayList<>();
    RecordedBodies.all().values().forEach(bodies::add);
    return bodies;
  }

  @Test
  void passesEventsOfAKnownFormAndNoOthers() {
    EventForms forms = new EventForms();
    StreamScanner scanner = new StreamScanner(forms);
    StringBuilder stream = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      stream.append(NATIVE.formatted("x".repeat(i), i, 2 * i));
    }
    int whole = stream.length();
    stream.append(ODD.get(2));
    ByteBuf buf = Unpooled.copiedBuffer(stream, UTF_8);
    scanner.look(buf, 0, buf.writerIndex());
    AnswerFacts facts = new AnswerFacts();
    assertEquals(whole, forms.pass(buf, 0, buf.writerIndex(), facts));
    assertEquals(100, facts.events());
    assertEquals(99, facts.usage().prompt());
    assertEquals(198, facts.usage().output());
    buf.release();
  }

  @Test
  void beginsAnewWhenItIsFull() {
    EventForms forms = new EventForms();
    for (int i = 0; i < 1000; i++) {
      String event = "data: {\"name" + i + "\": {\"b\": 1, \"c\": \"d\"}}\n\n";
      same(forms, event.repeat(2).getBytes(UTF_8), new Random(i), 1000);
    }
    String event = NATIVE.formatted("a", 1, 2);
    for (int i = 0; i < 64; i++) {
      same(forms, event.repeat(2).getBytes(UTF_8), new Random(i), 10_000);
    }
    ByteBuf buf = Unpooled.copiedBuffer(event, UTF_8);
    assertEquals(event.length(), forms.pass(buf, 0, event.length(), new AnswerFacts()));
    buf.release();
  }
}
