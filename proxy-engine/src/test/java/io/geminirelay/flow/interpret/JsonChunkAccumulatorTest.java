package io.geminirelay.flow.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.AnswerReference;
import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.EverySplit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever Google's stream looks like and however it is cut, the elements tell its text. */
class JsonChunkAccumulatorTest {
  private static final AnswerForm WHOLE = new AnswerForm(false, false);
  private static final AnswerForm DELTA = new AnswerForm(true, true);
  private static final int SWEPT_BYTES = 1_500;

  @Test
  void tellsTheTextOfEveryRecordedAnswer() {
    long seed = new Random().nextLong();
    int texts = 0;
    for (CorpusExchange recorded :
        Corpus.ofKind("native-sse", "native-json-stream", "native-unary")) {
      for (boolean thoughts : new boolean[] {false, true}) {
        AnswerReference expected = AnswerReference.of(recorded.responseBody(), 40, thoughts);
        texts += expected.text().isEmpty() ? 0 : 1;
        EverySplit.Consumer check =
            pieces -> assertTold(recorded.toString(), expected, pieces, thoughts);
        byte[] body = recorded.responseBody();
        if (body.length <= SWEPT_BYTES && !thoughts) {
          EverySplit.of(body, 20, seed, check);
        } else {
          sample(body, seed, check);
        }
      }
    }
    assertTrue(texts > 100, "texts: " + texts);
  }

  private static void sample(byte[] body, long seed, EverySplit.Consumer check) {
    Random random = new Random(seed);
    for (int i = 0; i < 6; i++) {
      List<byte[]> pieces =
          i == 0
              ? List.of(body)
              : EverySplit.randomly(
                  body, Math.max(body.length / 500, 1 << random.nextInt(12)), random);
      try {
        check.feed(pieces);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("random split " + i + ", seed " + seed, e);
      }
    }
  }

  private static void assertTold(
      String name, AnswerReference expected, List<byte[]> pieces, boolean thoughts) {
    List<Map<String, Object>> whole = Chunks.of(pieces, WHOLE, 40, thoughts);
    assertEquals(expected.chunks().size() + 1, whole.size(), name);
    for (int i = 0; i < whole.size(); i++) {
      Map<String, Object> element = whole.get(i);
      boolean last = i == whole.size() - 1;
      assertEquals(last ? expected.text() : expected.chunks().get(i), element.get("content"), name);
      assertEquals(i + 1, element.get("chunk_number"), name);
      assertEquals(last && expected.complete(), element.get("is_complete"), name);
      assertEquals(last && !expected.complete(), element.containsKey("error"), name);
    }
    Map<String, Object> last = whole.get(whole.size() - 1);
    assertEquals(expected.total(), ((Number) last.get("total_tokens")).longValue(), name);
    assertEquals(expected.complete() ? expected.reason() : null, last.get("finish_reason"), name);
    StringBuilder joined = new StringBuilder();
    for (Map<String, Object> element : Chunks.of(pieces, DELTA, 40, thoughts)) {
      joined.append(element.get("content"));
    }
    assertEquals(expected.text(), joined.toString(), name);
  }

  @Test
  void tellsTheTextOfAnyLegalAnswer() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] body = new AnswerGenerator(new Random(random.nextLong())).body();
      for (boolean thoughts : new boolean[] {false, true}) {
        AnswerReference expected = AnswerReference.of(body, 40, thoughts);
        EverySplit.Consumer check = pieces -> assertTold("generated", expected, pieces, thoughts);
        try {
          sample(body, random.nextLong(), check);
        } catch (AssertionError e) {
          String text = new String(body, StandardCharsets.UTF_8);
          throw new AssertionError("seed " + seed + ", round " + i + ":\n" + text, e);
        }
      }
    }
  }

  @Test
  void takesBackWhatTurnsOutToBeNoTextOfTheFirstCandidate() {
    String body =
        "{\"candidates\":[{\"content\":{\"parts\":["
            + "{\"text\":\"A\"},{\"text\":\"hm\\u00e9\",\"thought\":true},{\"text\":\"B\"}]}},"
            + "{\"content\":{\"parts\":[{\"text\":\"other\"}]},\"finishReason\":\"SAFETY\"},"
            + "{\"content\":{\"parts\":[{\"text\":\"C\"}]},\"index\":0,\"finishReason\":\"STOP\"},"
            + "{\"content\":{\"parts\":[{\"text\":\"far\"}]},\"index\":7}]}";
    EverySplit.of(body.getBytes(StandardCharsets.UTF_8), pieces -> assertText("ABC", pieces));
  }

  @Test
  void readsPastAByteOrderMark() {
    String event =
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}%s}]}\r\n\r\n";
    String stream =
        "\ufeff" + event.formatted("A", "") + event.formatted("B", ",\"finishReason\":\"STOP\"");
    EverySplit.of(stream.getBytes(StandardCharsets.UTF_8), pieces -> assertText("AB", pieces));
    String later = event.formatted("C", ",\"finishReason\":\"STOP\"") + "\ufeff" + stream;
    EverySplit.of(later.getBytes(StandardCharsets.UTF_8), pieces -> assertText("CB", pieces));
  }

  @Test
  void countsTheLastValueOfARepeatedMember() {
    String body =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"gone\"}]}}],"
            + "\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"gone\"}]},"
            + "\"content\":{\"parts\":[{\"text\":\"gone\"}],"
            + "\"parts\":[{\"text\":\"gone\",\"text\":\"kept\"}]},\"finishReason\":\"STOP\"}]}";
    assertText("kept", List.of(body.getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertText(String text, List<byte[]> pieces) {
    List<Map<String, Object>> elements = Chunks.of(pieces, WHOLE, 50, false);
    Map<String, Object> last = elements.get(elements.size() - 1);
    assertEquals(text, last.get("content"));
    assertEquals(true, last.get("is_complete"));
    assertNull(last.get("finish_reason"));
  }

  @Test
  void leavesOutAnEventThatIsNotWhole() {
    String event = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}]}\r\n\r\n";
    String cut = event.formatted("whole") + event.formatted("partial").substring(0, 60);
    for (String end : List.of("", "\r\n\r\n", "\r\n\r\n" + event.formatted("later"))) {
      byte[] body = (cut + end).getBytes(StandardCharsets.UTF_8);
      EverySplit.of(
          body,
          pieces -> {
            Map<String, Object> last = Chunks.of(pieces, WHOLE, 50, false).get(0);
            assertEquals("whole", last.get("content"));
            assertEquals(false, last.get("is_complete"));
            assertTrue(last.containsKey("error"));
          });
    }
  }

  @Test
  void readsAnErrorInWhateverFrameItComes() {
    String event = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"so far\"}]}}]}\n\n";
    String error =
        "{\n \"error\": {\n  \"code\": 503,\n  \"message\": \"over\\\"loaded\",\n"
            + "  \"status\": \"UNAVAILABLE\"\n }\n}\n";
    String line = error.replace("\n", "");
    for (String rest : List.of(error, "[" + error + "]", "data: " + line + "\n\n" + event)) {
      EverySplit.of(
          (event + rest).getBytes(StandardCharsets.UTF_8),
          20,
          1,
          pieces -> {
            List<Map<String, Object>> elements = Chunks.of(pieces, WHOLE, 50, false);
            Map<String, Object> last = elements.get(elements.size() - 1);
            assertEquals("so far", last.get("content"));
            assertFalse((Boolean) last.get("is_complete"));
            assertEquals(
                Map.of("code", 503, "message", "over\"loaded", "status", "UNAVAILABLE"),
                last.get("error"));
          });
    }
  }
}
