package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenWalkTest {
  private static final String EVERYTHING =
      """
      {"contents":[{"role":"user","parts":[{"text":"one"},{"text":"t\\u0077\\u00f6"}]},
        {"role":"model","parts":[{"functionCall":{"name":"f","id":"no","args":{"a":["b",1.5]}}}]},
        {"parts":[{"functionResponse":{"name":"g","response":{"output":"c"}}},
          {"executableCode":{"language":"PYTHON","code":"print"}},
          {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"4"}}]}],
       "systemInstruction":{"parts":[{"text":"system"}]},
       "tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"h","description":"does",
         "parameters":{"type":"OBJECT","properties":{"where":{"type":"STRING",
           "description":"city","enum":["x","y"],"propertyOrdering":["no"]}},
           "required":["where"]}}]}],
       "toolConfig":{"functionCallingConfig":{"mode":"no","allowedFunctionNames":["no"]}},
       "safetySettings":[{"category":"no"}],"cachedContent":"no",
       "generationConfig":{"responseMimeType":"no","stopSequences":["no"],
         "responseSchema":{"type":"INTEGER"}}}
      """;
  private static final List<String> TEXTS =
      List.of(
          "one", "twö", "f", "a", "b", "g", "output", "c", "print", "4", "system", "h", "does",
          "OBJECT", "where", "STRING", "city", "x", "y", "where", "INTEGER");

  private static final String A_LONG_NAME =
      "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567.pdf";

  private final HeardTexts heard = new HeardTexts();

  private long count(PromptForm form, String model, String body) {
    return count(form, model, List.of(body.getBytes(StandardCharsets.UTF_8)));
  }

  private long count(PromptForm form, String model, List<byte[]> pieces) {
    TokenWalk walk = new TokenWalk(heard, form, model);
    for (byte[] piece : pieces) {
      ByteBuf buf = Unpooled.wrappedBuffer(piece);
      walk.look(buf, 0, piece.length);
    }
    assertTrue(walk.finish(), "is JSON");
    walk.release();
    return walk.tokens();
  }

  private long gemini(String body) {
    return count(PromptForm.GEMINI, "gemini-2.0-flash", body);
  }

  private long openAi(String body) {
    return count(PromptForm.OPENAI, "", body);
  }

  private long interaction(String body) {
    return count(PromptForm.INTERACTION, "", body);
  }

  @Test
  void hearsEveryTextOfGooglesFormAndNothingElse() {
    gemini(EVERYTHING);
    assertEquals(TEXTS, heard.texts());
  }

  @Test
  void takesNamesWithUnderscoresTheSame() {
    String snake =
        EVERYTHING
            .replace("functionCall\"", "function_call\"")
            .replace("functionResponse", "function_response")
            .replace("executableCode", "executable_code")
            .replace("codeExecutionResult", "code_execution_result")
            .replace("systemInstruction", "system_instruction")
            .replace("functionDeclarations", "function_declarations")
            .replace("generationConfig", "generation_config")
            .replace("responseSchema", "response_schema");
    long camel = count(PromptForm.GEMINI, "gemini-3-pro", EVERYTHING);
    assertEquals(camel, count(PromptForm.GEMINI, "gemini-3-pro", snake));
    assertEquals(TEXTS, heard.texts());
  }

  @Test
  void hearsEveryTextOfOpenAisForm() {
    openAi(
        """
        {"messages":[{"role":"system","content":"one"},
          {"role":"user","content":[{"type":"text","text":"two"}]},
          {"role":"assistant","content":null,"tool_calls":[{"id":"no","type":"function",
            "function":{"name":"f","arguments":"{\\"a\\":1}"}}]},
          {"role":"tool","tool_call_id":"no","content":"three"}],
         "tools":[{"type":"function","function":{"name":"g","description":"does",
           "parameters":{"type":"object","properties":{"p":{"type":"string"}}}}}],
         "response_format":{"type":"json_schema","json_schema":{"name":"s",
           "schema":{"type":"object","properties":{"q":{"type":"number"}}}}},
         "model":"gemini-2.0-flash","stop":["no"],"user":"no"}
        """);
    assertEquals(
        List.of(
            "one",
            "two",
            "f",
            "{\"a\":1}",
            "three",
            "g",
            "does",
            "object",
            "p",
            "string",
            "s",
            "object",
            "q",
            "number"),
        heard.texts());
  }

  @Test
  void hearsWhatIsToBeEmbedded() {
    gemini("{\"requests\":[{\"model\":\"no\",\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}");
    assertEquals(List.of("a"), heard.texts());
    gemini("{\"content\":{\"parts\":{\"text\":\"b\"}},\"taskType\":\"no\"}");
    assertEquals(List.of("b"), heard.texts());
    openAi("{\"input\":\"c\",\"model\":\"gemini-embedding-001\"}");
    assertEquals(List.of("c"), heard.texts());
    openAi("{\"input\":[\"d\",\"e\"],\"model\":\"gemini-embedding-001\"}");
    assertEquals(List.of("d", "e"), heard.texts());
  }

  @Test
  void hearsWhatABatchAsks() {
    String content = "\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]";
    gemini(
        """
        {"batch":{"displayName":"no","inputConfig":{"requests":{"requests":[
          {"request":{%s,"model":"no"},"metadata":{"key":"no"}},{"request":{%s}}]}}}}
        """
            .formatted(content, content));
    assertEquals(List.of("a", "a"), heard.texts());
    gemini(
        """
        {%s,"answerStyle":"no","inlinePassages":{"passages":[
          {"id":"no","content":{"parts":[{"text":"b"}]}}]}}
        """
            .formatted(content));
    assertEquals(List.of("a", "b"), heard.texts());
  }

  @Test
  void hearsOpenAisOlderAndNewerForms() {
    openAi("{\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\",\"model\":\"gemini-2.0-flash\"}");
    assertEquals(List.of("a", "b", "c"), heard.texts());
    openAi(
        """
        {"model":"gemini-2.0-flash","instructions":"a","input":[
          {"role":"user","content":"b"},
          {"type":"message","role":"user","content":[{"type":"input_text","text":"c"}]},
          {"type":"function_call","call_id":"no","name":"f","arguments":"{}"},
          {"type":"function_call_output","call_id":"no","output":"d"}],
         "tools":[{"type":"function","name":"g","description":"e"}]}
        """);
    assertEquals(List.of("a", "b", "c", "f", "{}", "d", "g", "e"), heard.texts());
  }

  @Test
  void hearsEveryTextOfAnInteraction() {
    interaction("{\"model\":\"gemini-2.0-flash\",\"input\":\"a\",\"system_instruction\":\"b\"}");
    assertEquals(List.of("a", "b"), heard.texts());
    interaction(
        """
        {"model":"gemini-2.0-flash","stream":true,"previous_interaction_id":"no","input":[
          {"type":"user_input","content":[{"type":"text","text":"a"}]},
          {"role":"model","content":"b"},
          {"type":"function_call","id":"no","name":"f","arguments":{"x":"1"}},
          {"type":"function_result","call_id":"no","name":"f","result":{"y":"2"}},
          {"type":"function_result","call_id":"no","name":"f","result":"3"}],
         "tools":[{"type":"function","name":"g","description":"d",
           "parameters":{"type":"object"}},{"type":"google_search"}],
         "generation_config":{"thinking_level":"no"}}
        """);
    assertEquals(
        List.of("a", "b", "f", "arguments", "x", "1", "f", "y", "2", "f", "3", "g", "d", "object"),
        heard.texts());
  }

  @ParameterizedTest
  @CsvSource({
    "'\"type\":\"image\",\"data\":\"AAAA\",\"mime_type\":\"image/png\"', 258",
    "'\"data\":\"AAAA\",\"type\":\"image\"', 258",
    "'\"type\":\"video\",\"uri\":\"https://youtu.be/a\"', 15780",
    "'\"type\":\"document\",\"uri\":\"https://x/a\"', 2580",
    "'\"type\":\"audio\",\"uri\":\"a\",\"mime_type\":\"audio/wav\"', 1920",
  })
  void estimatesMediaOfInteractionsOnce(String members, long tokens) {
    String start = "{\"model\":\"gemini-2.0-flash\",\"input\":";
    String content = "[{\"type\":\"user_input\",\"content\":[{" + members + "}]}]";
    assertEquals(tokens, interaction(start + "{" + members + "}}"));
    assertEquals(tokens, interaction(start + content + "}"));
    assertEquals(2 * tokens, interaction(start + "[" + content + "," + content + "]}"));
  }

  @Test
  void takesWhatGooglesParserTakes() {
    assertEquals(3, gemini("{'contents':[{parts:[{'text':'abc',},],},],}"));
    assertEquals(List.of("abc"), heard.texts());
  }

  @Test
  void countsTheSameHoweverTheBodyIsCut() {
    byte[] body = EVERYTHING.getBytes(StandardCharsets.UTF_8);
    long whole = count(PromptForm.GEMINI, "gemini-3-pro", List.of(body));
    EverySplit.of(
        body,
        pieces -> {
          assertEquals(whole, count(PromptForm.GEMINI, "gemini-3-pro", pieces));
          assertEquals(TEXTS, heard.texts());
        });
  }

  @Test
  void countsMembersThatAreThereTwiceTwice() {
    assertEquals(4, gemini("{\"contents\":{\"parts\":{\"text\":\"ab\",\"text\":\"cd\"}}}"));
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-1.5-pro, image/png, 100, 258",
    "gemini-2.5-flash, image/jpeg, 100, 259",
    "gemini-2.5-flash, image/jpeg, 400000, 517",
    "gemini-3-flash-preview, image/jpeg, 400000, 1121",
    "a-later-model, image/jpeg, 400000, 1121",
    "gemini-2.0-flash, application/pdf, 200000, 774",
    "gemini-2.0-flash, audio/mpeg, 64000, 192",
    "gemini-2.0-flash, audio/wav, 64000, 64",
    "gemini-2.0-flash, video/mp4, 1000000, 1578",
    "gemini-2.0-flash, text/plain, 4000, 1000",
    "gemini-2.0-flash, application/json, 4000, 1000",
    "gemini-2.0-flash, IMAGE/PNG, 4000, 258",
  })
  void estimatesInlineMediaByTypeAndLength(String model, String type, int chars, long tokens) {
    String data = "A".repeat(chars);
    for (String object :
        List.of(
            "{\"mimeType\":\"" + type + "\",\"data\":\"" + data + "\"}",
            "{\"data\":\"" + data + "\",\"mime_type\":\"" + type + "\"}")) {
      String part = "{\"contents\":[{\"parts\":[{\"inline_data\":" + object + "}]}]}";
      assertEquals(tokens, count(PromptForm.GEMINI, model, part));
      assertEquals(List.of(), heard.texts(), "never counted as text");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}', 258",
    "'\"image_url\":{\"url\":\"https://example.com/a.png\"}', 258",
    "'\"image_url\":\"https://example.com/a.png\"', 258",
    "'\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}', 32",
    "'\"file\":{\"filename\":\"a\",\"file_data\":\"data:application/pdf;base64,AAAA\"}', 258",
    "'\"file\":{\"file_id\":\"files/a\"}', 2580",
    "'\"image_url\":{}', 0",
  })
  void estimatesMediaOfOpenAisForm(String member, long tokens) {
    String head = "{\"model\":\"models/gemini-2.0-flash\",\"messages\":[{\"content\":[{";
    assertEquals(tokens, openAi(head + member + "}]}]}"));
    assertEquals(List.of(), heard.texts());
  }

  @ParameterizedTest
  @CsvSource({
    "image/png, 258",
    "application/pdf, 2580",
    "audio/mp3, 1920",
    "video/mp4, 15780",
    "text/plain, 2500",
  })
  void estimatesFilesThatAreOnlyNamed(String type, long tokens) {
    String file = "{\"fileUri\":\"https://x/files/1\",\"mimeType\":\"" + type + "\"}";
    assertEquals(tokens, gemini("{\"contents\":[{\"parts\":[{\"fileData\":" + file + "}]}]}"));
  }

  @Test
  void countsThoughtSignaturesAsTheThoughtsThatComeBack() {
    String part = "{\"text\":\"a\",\"thoughtSignature\":\"" + "A".repeat(80) + "\"}";
    assertEquals(11, gemini("{\"contents\":[{\"parts\":[" + part + "]}]}"));
  }

  @Test
  void learnsTheModelFromTheBodyWhereverItStands() {
    String messages = "\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"https://a\"}}]}]";
    assertEquals(258, openAi("{" + messages + ",\"model\":\"gemini-2.0-flash\"}"));
    assertEquals(1121, openAi("{\"model\":\"gemini-3-pro\"," + messages + "}"));
    assertEquals(1121, openAi("{" + messages + "}"), "an unknown model is a new one");
  }

  /** Else a request is refused that would have passed with its model before its messages. */
  @Test
  void countsNoMoreThanTheLeastWhileTheModelIsStillToCome() {
    String picture =
        "{\"image_url\":{\"url\":\"data:image/png;base64," + "A".repeat(4_000_000) + "\"}}";
    String head = "{\"messages\":[{\"content\":[" + picture + "," + picture + "]}]";
    TokenWalk walk = new TokenWalk(heard, PromptForm.OPENAI, "");
    byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
    walk.look(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    assertEquals(2 * 1_120 + 1, walk.tokens());
    walk.release();
    assertEquals(2 * 1_120 + 1, openAi(head + ",\"model\":\"gemini-3-pro\"}"));
    assertEquals(2 * 20 * 258, openAi(head + ",\"model\":\"gemini-2.0-flash\"}"));
  }

  @ParameterizedTest
  @CsvSource({
    "'\"file\":{\"file_data\":\"%s\"}', 15480",
    "'\"file\":{\"file_data\":\"data:application/pdf;base64,%s\"}', 15480",
    "'\"file\":{\"file_data\":\"data:application/pdf;name=" + A_LONG_NAME + ";base64,%s\"}', 15480",
    "'\"image_url\":{\"url\":\"data:image/png;name=" + A_LONG_NAME + ";base64,%s\"}', 5160",
    "'\"file\":{\"file_data\":\"https://example.com/%s\"}', 2580",
  })
  void countsInlineMediaByLengthHoweverTheyAreWritten(String member, long tokens) {
    String head = "{\"model\":\"gemini-2.0-flash\",\"messages\":[{\"content\":[{";
    assertEquals(tokens, openAi(head + member.formatted("A".repeat(3_999_800)) + "}]}]}"));
    assertEquals(List.of(), heard.texts());
  }

  @Test
  void countsEachDocumentThatFollowsAnother() {
    String one = "{\"contents\":[{\"parts\":[{\"text\":\"abc\"}]}],\"cachedContent\":\"no\"}";
    assertEquals(6, gemini(one + "\n" + one));
    assertEquals(9, gemini("[" + one + "," + one + "]" + one));
  }

  @Test
  void countsTextsThatComeAsNumbers() {
    String embeddings = "{\"model\":\"gemini-embedding-001\",\"input\":";
    assertEquals(5, openAi(embeddings + "[[1,20000,3],[123456,5]]}"));
    assertEquals(100, openAi(embeddings + "[" + "9".repeat(100) + "]}"));
    assertEquals(5_000, gemini("{\"contents\":[" + "9".repeat(5_000) + "]}"));
    assertEquals(0, openAi("{\"messages\":[{\"content\":null}],\"model\":\"gemini-2.0\"}"));
  }

  @Test
  void countsNamesOfSpeakersAndPartsOfNewKinds() {
    assertEquals(7, openAi("{\"model\":\"gemini-2.0\",\"messages\":[{\"name\":\"speaker\"}]}"));
    gemini(
        "{\"contents\":[{\"parts\":[{\"toolResponse\":{\"id\":\"x\",\"response\":{\"a\":\"b\"}}},"
            + "{\"thought\":true,\"videoMetadata\":{\"startOffset\":\"no\"}}]}]}");
    assertEquals(List.of("id", "x", "response", "a", "b"), heard.texts());
  }

  @Test
  void countsAllMediaThatABrokenBodyMentions() {
    String file = "{\"fileData\":{\"fileUri\":\"https://a/b\",\"mimeType\":\"video/mp4\"}},";
    String image = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"}},";
    String whole = "{\"contents\":[{\"parts\":[" + image + file;
    for (String end :
        List.of("", "]}]}}", "=", file + "=" + file.repeat(8), "#" + file.repeat(9))) {
      String body = whole + end;
      int files = (body.length() - body.replace("fileData", "").length()) / "fileData".length();
      EverySplit.of(
          body.getBytes(StandardCharsets.UTF_8),
          10,
          1,
          pieces -> assertEquals(body.length() + 258 + files * 15_780L, broken(pieces)));
    }
    assertEquals(11, broken(List.of("no media = ".getBytes(StandardCharsets.UTF_8))));
  }

  private long broken(List<byte[]> pieces) {
    TokenWalk walk = new TokenWalk(heard, PromptForm.GEMINI, "gemini-2.0-flash");
    for (byte[] piece : pieces) {
      walk.look(Unpooled.wrappedBuffer(piece), 0, piece.length);
    }
    assertFalse(walk.finish());
    BrokenBody broken = walk.asBroken();
    for (byte[] piece : pieces) {
      broken.look(Unpooled.wrappedBuffer(piece), 0, piece.length);
    }
    broken.end();
    return broken.tokens();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"contents\":[", "{\"a\":\"b", "nonsense", "{]"})
  void tellsWhatIsNoJson(String body) {
    TokenWalk walk = new TokenWalk(heard, PromptForm.GEMINI, "");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    walk.look(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    assertFalse(walk.finish());
    walk.release();
  }

  /** Only so may a body that is no longer than the limit pass uncounted. */
  @Test
  void noBodyWithoutMediaCountsMoreTokensThanItHasBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      StringBuilder body = new StringBuilder();
      new RandomPrompt(random).write(body);
      for (PromptForm form : PromptForm.values()) {
        for (String model : List.of("gemini-2.0-flash", "gemini-2.5-pro", "gemini-3-pro")) {
          long tokens = count(form, model, body.toString());
          assertTrue(tokens <= body.length(), tokens + " of seed " + seed + ": " + body);
        }
      }
    }
  }
}
