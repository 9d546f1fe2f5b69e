package io.geminirelay.flow.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelAliasTest {
  @ParameterizedTest
  @CsvSource({
    "fast, flash, /v1beta/models/fast:generateContent, /v1beta/models/flash:generateContent",
    "fast, flash, /v1beta/models/fast:x?alt=sse&m=fast, /v1beta/models/flash:x?alt=sse&m=fast",
    "fast, flash, /v1beta/models%2Ffast:x, /v1beta/models%2Fflash:x",
    "fast, flash, /v1beta/models%2ffast:x?a=%2f, /v1beta/models%2fflash:x?a=%2f",
    "fast, flash, /v1beta/models/models/fast:x, /v1beta/models/models/flash:x",
    "fast, flash, /v1beta/models/models%2Ffast%3Ax, /v1beta/models/models%2Fflash%3Ax",
    "fast, flash, /v1beta/models/f%61st:x, /v1beta/models/flash:x",
    "fast, flash, /v1beta/openai/models/fast, /v1beta/openai/models/flash",
    "fast, flash, /v1beta/models/fast/operations/1, /v1beta/models/flash/operations/1",
    "fast, flash, /v1beta/models/faster:x, /v1beta/models/faster:x",
    "fast, flash, /v1beta/models/breakfast:x, /v1beta/models/breakfast:x",
    "fast, flash, /v1beta/tunedModels/fast:x, /v1beta/tunedModels/fast:x",
    "fast, flash, /v1beta/files?x=/models/fast, /v1beta/files?x=/models/fast",
    "fast, tunedModels/t-1, /v1beta/models/fast:x, /v1beta/tunedModels/t-1:x",
    "fast, tunedModels/t-1, /v1beta/models/models%2Ffast:x, /v1beta/tunedModels/t-1:x",
    "fast, a:b é%, /v1beta/models/fast:x, /v1beta/models/a%3Ab%20%C3%A9%25:x",
    "my model, flash, /v1beta/models/my%20model:x, /v1beta/models/flash:x",
    "org/m, flash, /v1beta/models/org%2Fm:x, /v1beta/models/flash:x",
  })
  void replacesTheModelOfAPath(String asked, String sent, String uri, String expected) {
    assertEquals(expected, new ModelAlias(asked, sent).inUri(uri));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "fast, flash, fast, flash",
        "fast, flash, models/fast, models/flash",
        "fast, flash, models/models/fast, models/models/flash",
        "fast, flash, faster, ",
        "fast, flash, breakfast, ",
        "fast, flash, x/fast, ",
        "fast, tunedModels/t, models/fast, tunedModels/t",
        "fast, a\"b\\c'd, fast, a\\\"b\\\\c\\u0027d",
      })
  void replacesTheNameInABody(String asked, String sent, String name, String expected) {
    byte[] text = new ModelAlias(asked, sent).inBody(name);
    assertEquals(expected, text == null ? null : new String(text, UTF_8));
  }
}
