package io.geminirelay.base.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EditPointsTest {
  private static final long SEED = 7;

  /** Pieces lie at some index of a larger buffer, as they do when they come from the wire. */
  private static EditPoints read(List<byte[]> pieces) {
    EditPoints points = new EditPoints();
    for (byte[] piece : pieces) {
      ByteBuf buf = Unpooled.buffer(piece.length + 8).writeLong(-1L).writeBytes(piece);
      points.look(buf, 8, buf.writerIndex());
      assertTrue(points.names().isEmpty(), "nothing is told before the end");
      assertNull(points.openAiTopP());
      assertNull(points.nativeTopP());
    }
    points.end();
    return points;
  }

  /** The body with {@code ^} where the place is, {@code !} when nothing else is in the object. */
  private static String marked(String body, EditPoints.Place place) {
    if (place == null) {
      return "-";
    }
    byte[] bytes = body.getBytes(UTF_8);
    int at = (int) place.offset();
    return new String(bytes, 0, at, UTF_8)
        + (place.empty() ? "!" : "^")
        + new String(bytes, at, bytes.length - at, UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{^\"model\":\"m\",\"messages\":[]}",
        "{!}",
        "{! \t\r\n }",
        " \n{^ \"a\":1}\n ",
        "\uFEFF{^\"a\":1}",
        "{^'a':1,}",
        "{^a:1}",
        "{^\"a\":{\"top_p\":1}}",
        "{^\"a\":\"\\\"top_p\\\":1\"}",
        "{^\"a\":[[[{\"top_p\":1}]]]}",
        "{^\"é\":\"\uD83D\uDE00\"}",
      })
  void tellsWhereAnOpenAiBodyLacksTopP(String expected) {
    String body = expected.replaceFirst("[!^]", "");
    EverySplit.of(
        body.getBytes(UTF_8),
        20,
        SEED,
        pieces -> assertEquals(expected, marked(body, read(pieces).openAiTopP())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{\"contents\":[]}~true~{^\"contents\":[]}",
        "{}~true~{!}",
        "{\"generationConfig\":{\"topK\":1}}~false~{\"generationConfig\":{^\"topK\":1}}",
        "{\"generationConfig\" : { } ,\"a\":1}~false~{\"generationConfig\" : {! } ,\"a\":1}",
        "{\"a\":[],'generation_config':{x:1,},}~false~{\"a\":[],'generation_config':{^x:1,},}",
        "{\"generation\\u0043onfig\":{}}~false~{\"generation\\u0043onfig\":{!}}",
        "{\"generationConfig\":{\"a\":{\"topP\":1}}}~false~{\"generationConfig\":{^\"a\":{\"topP\":1}}}",
        "{\"contents\":[{\"generationConfig\":{}}]}~true~{^\"contents\":[{\"generationConfig\":{}}]}",
        // At the root of a native body it means nothing.
        "{\"top_p\":1}~true~{^\"top_p\":1}",
      })
  void tellsWhereANativeBodyLacksTopP(String body, boolean lacksConfig, String expected) {
    EverySplit.of(
        body.getBytes(UTF_8),
        20,
        SEED,
        pieces -> {
          EditPoints points = read(pieces);
          assertEquals(expected, marked(body, points.nativeTopP()));
          assertEquals(lacksConfig, points.lacksConfig());
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"top_p\":0.5}",
        "{\"a\":1,\"top_p\":null}",
        "{'top_p':1}",
        "{topP:1}",
        "{\"top\\u005fp\":1}",
        "{\"top_p\":[]}",
        "{\"top_p\":{}}",
      })
  void seesTopPInWhateverSpelling(String body) {
    String inConfig = "{\"generationConfig\":" + body + "}";
    String snake = "{\"generation_config\":" + body + ",\"contents\":[]}";
    EverySplit.of(
        body.getBytes(UTF_8),
        20,
        SEED,
        pieces -> {
          EditPoints points = read(pieces);
          assertNull(points.openAiTopP());
          assertFalse(points.mayLackOpenAiTopP());
        });
    for (String whole : List.of(inConfig, snake)) {
      EditPoints points = read(List.of(whole.getBytes(UTF_8)));
      assertNull(points.nativeTopP());
      assertFalse(points.mayLackNativeTopP());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "5",
        "\"{}\"",
        "[]",
        "[{}]",
        "[[{\"model\":\"m\"}]]",
        "{",
        "{\"model\":\"m\"",
        "{\"model\":\"m\",\"a\":[}",
        "{\"model\":\"m\"]",
        "{\"model\":\"m\"}}",
        "{\"model\":\"m\"}{}",
        "{\"model\":\"m\"} x",
        "{\"model\":\"m\"},",
        "{\"model\":\"m\" \"a\":1}",
        "{\"model\":\"m\",,}",
        "{,}",
        "{\"model\" \"m\"}",
        "{\"model\":\"m\",\"a\":}",
        "{\"model\":\"m\",\"a\":bad}",
        "{\"model\":\"m\",\"a\"}",
        "{/*c*/\"model\":\"m\"}",
        "{\"model\":\"m\"//c\n}",
        "--boundary\r\ncontent-disposition: form-data\r\n\r\n{}",
      })
  void tellsNothingOfABodyInDoubt(String body) {
    EverySplit.of(
        body.getBytes(UTF_8),
        20,
        SEED,
        pieces -> {
          EditPoints points = read(pieces);
          assertTrue(points.isLost());
          assertNull(points.openAiTopP());
          assertNull(points.nativeTopP());
          assertEquals(List.of(), points.names());
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"generationConfig\":{},\"generationConfig\":{}}",
        "{\"generationConfig\":{},\"generation_config\":{\"a\":1}}",
        "{\"generationConfig\":null}",
        "{\"generationConfig\":null,\"generationConfig\":{}}",
        "{\"generationConfig\":[{}]}",
        "{\"generationConfig\":[]}",
        "{\"generationConfig\":\"{}\"}",
        "{\"generationConfig\":[\"a\"]}",
      })
  void leavesAnUnclearConfigAlone(String body) {
    EverySplit.of(body.getBytes(UTF_8), p -> assertNull(read(p).nativeTopP()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"m-1\"}~m-1=m-1",
        "{\"a\":{\"model\":\"x\"}, 'model' : 'models\\/m' }~models/m=models\\/m",
        "{\"model\":\"\\u006d\\\"\"}~m\"=\\u006d\\\"",
        "{\"model\":\"\"}~=",
        "{\"model\":\"é😀\"}~é😀=é😀",
        "{\"requests\":[{\"model\":\"a\"},{},{\"content\":{\"model\":\"x\"},\"model\":\"b\"}]}~a=a b=b",
        "{\"generateContentRequest\":{\"model\":\"a\"}}~a=a",
        "{\"generate_content_request\":{\"model\":\"a\"},\"model\":\"b\"}~a=a b=b",
        "{\"model\":null}~``",
        "{\"model\":5}~``",
        "{\"model\":{}}~``",
        "{\"model\":m}~``",
        "{\"model\":\"a\",\"model\":\"b\"}~``",
        "{\"model\":null,\"model\":\"b\"}~``",
      })
  void tellsWhereModelsAreNamed(String body, String expected) {
    byte[] bytes = body.getBytes(UTF_8);
    EverySplit.of(
        bytes, 20, SEED, pieces -> assertEquals(expected, names(bytes, read(pieces)).strip()));
  }

  private static String names(byte[] body, EditPoints points) {
    return points.names().stream()
        .map(
            name ->
                name.text()
                    + "="
                    + new String(body, (int) name.from(), (int) (name.to() - name.from()), UTF_8))
        .collect(Collectors.joining(" "));
  }

  @Test
  void goesOnBelowTheLevelsItKnows() {
    String deep = "[".repeat(500) + "{\"top_p\":1}" + "]".repeat(500);
    String body = "{\"a\":" + deep + ",\"model\":\"m\"}";
    EditPoints points = read(EverySplit.cut(body.getBytes(UTF_8), 3, 90, 700));
    assertEquals(new EditPoints.Place(1, false), points.openAiTopP());
    assertEquals(1, points.names().size());
  }

  @Test
  void tellsNoNamesWhenThereAreTooMany() {
    String requests = "{\"model\":\"m\"},".repeat(1025);
    String body = "{\"requests\":[" + requests + "]}";
    EditPoints points = read(List.of(body.getBytes(UTF_8)));
    assertFalse(points.isLost());
    assertEquals(List.of(), points.names());
  }
}
