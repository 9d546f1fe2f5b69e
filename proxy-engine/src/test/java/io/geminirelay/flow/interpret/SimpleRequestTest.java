package io.geminirelay.flow.interpret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleRequestTest {
  private static final String KEY = "AIzaOwnKeyOfTheClient0000000000000000001";

  private static SimpleRequest read(byte[] body, int max) throws FaultException {
    ByteBuf buf = UnpooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(body);
    try {
      return SimpleRequest.read(buf, max);
    } finally {
      buf.release();
    }
  }

  private static SimpleRequest read(String body) throws FaultException {
    return read(body.getBytes(UTF_8), 100);
  }

  private static Fault refused(byte[] body, int max) {
    return assertThrows(FaultException.class, () -> read(body, max)).fault();
  }

  private static Fault refused(String body) {
    return refused(body.getBytes(UTF_8), 100);
  }

  @Test
  void readsAPromptAlone() throws Exception {
    SimpleRequest read = read("{\"prompt\":\"Grüße \\ud83d\\ude00\\n\"}");
    assertEquals("Grüße 😀\n", read.prompt());
    assertNull(read.model());
    assertNull(read.key());
  }

  @Test
  void readsModelAndKeyAndPassesOverOtherMembers() throws Exception {
    SimpleRequest read =
        read(
            "{\"temperature\":{\"model\":[1,{\"prompt\":2}]},\"model\":\"models/gemini-2.5-pro\","
                + "\"user\":null,\"api_key\":\""
                + KEY
                + "\",\"prompt\":\"Hi\"}");
    assertEquals("Hi", read.prompt());
    assertEquals("gemini-2.5-pro", read.model());
    assertEquals(Secret.of(KEY), read.key());
    assertFalse(read.toString().contains(KEY) || read.toString().contains("Hi"));
  }

  @Test
  void takesNullForAbsent() throws Exception {
    assertNull(read("{\"prompt\":\"Hi\",\"model\":null,\"api_key\":null}").model());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "{\"prompt\":null}", "{\"prompt\":\"\"}", "{\"prompt\":\" \\n\\t\"}"})
  void wantsAPrompt(String body) {
    assertEquals(FaultKind.INVALID_BODY, refused(body).kind());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "[];object",
        "\"prompt\";object",
        "{\"prompt\":\"Hi\"} x;JSON",
        "{\"prompt\":\"Hi\"}{};follows",
        "{\"prompt\":\"Hi\";JSON",
        "{'prompt':'Hi'};JSON",
        "{\"prompt\":7};prompt is not a text",
        "{\"prompt\":[\"Hi\"]};prompt is not a text",
        "{\"prompt\":\"Hi\",\"prompt\":\"Ho\"};prompt is given twice",
        "{\"prompt\":\"\\ud83d\"};surrogate",
        "{\"prompt\":\"\\ude00\\ud83d\"};surrogate",
        "{\"prompt\":\"Hi\",\"model\":\"m\"};api_key is missing",
        "{\"prompt\":\"Hi\",\"api_key\":\"k\"};model is missing",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"api_key\":7};api_key is not a text",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"api_key\":\"\"};api_key is not a key",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"api_key\":\"a b\"};api_key is not a key",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"api_key\":\"e\"};fewer than 16 characters",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"api_key\":\"123456789012345\"};fewer than 16",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"api_key\":\"a\\r\\nb: c\"};api_key is not a key",
      })
  void namesWhatIsWrong(String body, String told) {
    Fault fault = refused(body);
    assertEquals(FaultKind.INVALID_BODY, fault.kind());
    assertTrue(fault.detail().contains(told), fault.detail());
  }

  @Test
  void doesNotRepeatAKeyFromABrokenBody() {
    Fault fault = refused("{\"prompt\":\"Hi\",\"api_key\":" + KEY + "}");
    assertEquals(FaultKind.INVALID_BODY, fault.kind());
    assertFalse(fault.detail().contains("AIza"), fault.detail());
  }

  @Test
  void refusesWhatIsNoUtf8() {
    byte[] body = "{\"prompt\":\"H?\"}".getBytes(UTF_8);
    body[12] = (byte) 0xFF;
    assertEquals(FaultKind.INVALID_BODY, refused(body, 100).kind());
  }

  @Test
  void refusesDeepNesting() {
    String deep = "{\"prompt\":\"Hi\",\"x\":" + "[".repeat(100_000);
    assertEquals(FaultKind.INVALID_BODY, refused(deep).kind());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "models/",
        "../gemini",
        "a/b",
        "a/../b",
        "tunedModels/..",
        "models/models/a",
        "gemini 2",
        "gemini?x=1",
        "gemini%2f",
        "gemini:streamGenerateContent",
        "gemini\\nX: y",
        "gemini#",
        "ģemini"
      })
  void refusesModelsThatWouldMakeAnotherPath(String model) {
    Fault fault =
        refused(
            "{\"prompt\":\"Hi\",\"api_key\":\"a-key-of-a-client\",\"model\":\"%s\"}"
                .formatted(model));
    assertEquals(FaultKind.INVALID_BODY, fault.kind());
    assertTrue(fault.detail().startsWith("model"), fault.detail());
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-2.5-flash, gemini-2.5-flash",
    "models/gemini-2.5-flash, gemini-2.5-flash",
    "tunedModels/my_model-1, tunedModels/my_model-1"
  })
  void takesEveryWayToNameAModel(String given, String read) throws Exception {
    assertEquals(
        read,
        read("{\"prompt\":\"Hi\",\"api_key\":\"a-key-of-a-client\",\"model\":\"%s\"}"
                .formatted(given))
            .model());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "ü", "€", "😀", "\\ud83d\\ude00", "\\u0041", "\\n"})
  void countsCodePoints(String character) throws Exception {
    String exact = "{\"prompt\":\"" + character.repeat(9) + "b\"}";
    assertTrue(read(exact.getBytes(UTF_8), 10).prompt().endsWith("b"));
    Fault over = refused(exact.replace("b", "bb").getBytes(UTF_8), 10);
    assertEquals(FaultKind.PROMPT_TOO_LONG, over.kind());
    assertTrue(exact.getBytes(UTF_8).length < SimpleRequest.maxBytes(10));
  }
}
