package io.geminirelay.base.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thoughts are asked for at one place of the body, in either spelling. */
class ThoughtsScannerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'generationConfig':{'thinkingConfig':{'includeThoughts':true}}}|true",
        "{'generation_config':{'thinking_config':{'include_thoughts':true}}}|true",
        "{'contents':[],'generationConfig':{'a':[1],'thinking_config':{'includeThoughts': true}}}"
            + "|true",
        "{'generationConfig':{'thinkingConfig':{'includeThoughts':'true'}}}|true",
        "{'generationConfig':{'thinkingConfig':{'includeThoughts':false}}}|false",
        "{'generationConfig':{'includeThoughts':true}}|false",
        "{'thinkingConfig':{'includeThoughts':true}}|false",
        "{'contents':{'generationConfig':{'thinkingConfig':{'includeThoughts':true}}}}|false",
        "{'contents':'generationConfig: thinkingConfig: includeThoughts: true'}|false",
        "[]|false",
        "nothing|false",
      })
  void findsThem(String json, boolean asked) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    EverySplit.of(
        body,
        pieces -> {
          ThoughtsScanner scanner = new ThoughtsScanner();
          for (byte[] piece : pieces) {
            ByteBuf buf = Unpooled.wrappedBuffer(piece);
            scanner.look(buf, 0, piece.length);
            buf.release();
          }
          assertEquals(asked, scanner.asked());
        });
  }
}
