package io.geminirelay.base.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelScannerTest {
  private static ModelScanner read(String body, int step) {
    ModelScanner scanner = new ModelScanner();
    ByteBuf buf = Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
    for (int at = 0; at < buf.writerIndex(); at += step) {
      scanner.look(buf, at, Math.min(at + step, buf.writerIndex()));
    }
    scanner.end();
    return scanner;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"m-1\"}~FOUND~m-1",
        "{'model':'m',}~FOUND~m",
        "{model: \"m\"}~FOUND~m",
        "{\"mod\\u0065l\":\"gemini\\/\\u00e9\\ud83d\\ude00\"}~FOUND~gemini/é😀",
        "{\"messages\":[{\"model\":\"x\"}],\"a\":\"model\",\"model\":\"m\"}~FOUND~m",
        "{\"messages\":[{\"model\":\"x\"}],\"a\":\"model\"}~ABSENT~",
        "{\"model\":null}~ABSENT~",
        "{\"model\":7}~MALFORMED~",
        "{\"model\":[\"x\"]}~MALFORMED~",
        "{\"model\":\"m\\nINFO forged\"}~MALFORMED~",
        "{\"model\":\"m\\u001b[2J\"}~MALFORMED~",
        "{\"model\":\"m\\u0085\"}~MALFORMED~",
        "{\"model\":\"m\\u2028\"}~MALFORMED~",
        "[{\"model\":\"x\"}]~MALFORMED~",
        "{\"model\":\"x~MALFORMED~",
        "\"model\"~MALFORMED~",
      })
  void findsTheTopLevelModelOnly(String body, ModelScanner.State state, String model) {
    for (int step : new int[] {1, 3, 1000}) {
      ModelScanner scanner = read(body, step);
      assertEquals(state, scanner.state(), body);
      assertEquals(model, scanner.model(), body);
    }
  }

  @Test
  void refusesAModelOfMoreThan256Bytes() {
    assertEquals(
        ModelScanner.State.FOUND, read("{\"model\":\"" + "m".repeat(256) + "\"}", 9).state());
    assertEquals(
        ModelScanner.State.MALFORMED, read("{\"model\":\"" + "m".repeat(257) + "\"}", 9).state());
  }

  @Test
  void notesStreamOptionsAndRepeatedModels() {
    ModelScanner scanner =
        read(
            "{\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                + "\"model\":\"a\",\"model\":\"b\"}",
            1);
    assertTrue(scanner.streaming() && scanner.includeUsage() && scanner.modelRepeated());
    assertEquals("a", scanner.model());
  }
}
