package io.geminirelay.base.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.EverySplit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {

  /** Writes down what it hears, one line an event, texts put together. */
  private static class Protocol implements JsonListener {
    private final List<String> lines = new ArrayList<>();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    @Override
    public void opened(boolean object) {
      lines.add(object ? "{" : "[");
    }

    @Override
    public void closed(boolean object) {
      lines.add(object ? "}" : "]");
    }

    @Override
    public void name(String name) {
      lines.add("name " + name);
    }

    @Override
    public void beginText() {
      text.reset();
    }

    @Override
    public void text(ByteBuf buf, int from, int to) {
      for (int i = from; i < to; i++) {
        text.write(buf.getByte(i));
      }
    }

    @Override
    public void character(int codePoint) {
      text.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void endText() {
      lines.add("text " + text.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void scalar(JsonToken token, long whole) {
      lines.add(token == JsonToken.VALUE_NUMBER_INT ? "number " + whole : token.toString());
    }
  }

  private static List<String> scan(List<byte[]> pieces) {
    Protocol protocol = new Protocol();
    JsonScanner scanner = new JsonScanner(protocol);
    for (byte[] piece : pieces) {
      scanner.look(Unpooled.wrappedBuffer(piece), 0, piece.length);
    }
    protocol.lines.add(scanner.finish() ? "whole" : "malformed");
    scanner.release();
    return protocol.lines;
  }

  private static List<String> scan(String json) {
    return scan(List.of(json.getBytes(StandardCharsets.UTF_8)));
  }

  /** What Jackson's ordinary parser says of the same document. */
  private static List<String> reference(byte[] json) throws IOException {
    List<String> lines = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        lines.add(
            switch (t) {
              case START_OBJECT -> "{";
              case END_OBJECT -> "}";
              case START_ARRAY -> "[";
              case END_ARRAY -> "]";
              case FIELD_NAME -> "name " + parser.currentName();
              case VALUE_STRING -> "text " + parser.getText();
              case VALUE_NUMBER_INT -> "number " + parser.getLongValue();
              default -> t.toString();
            });
      }
    }
    lines.add("whole");
    return lines;
  }

  @Test
  void readsEveryRecordedJsonBodyAsAnOrdinaryParserDoes() throws Exception {
    int read = 0;
    for (CorpusExchange exchange : Corpus.all()) {
      byte[] body = exchange.responseBody();
      if (body.length == 0 || (body[0] != '{' && body[0] != '[')) {
        continue;
      }
      assertEquals(reference(body), scan(List.of(body)), exchange.toString());
      assertEquals(
          reference(body), scan(EverySplit.cut(body, body.length / 2)), exchange.toString());
      read++;
    }
    assertTrue(read > 100, read + " bodies");
  }

  @Test
  void readsTheSameHoweverTheBytesAreCut() {
    String json =
        "{\"a\\u0062\":\"x\\n\\u00e9\\ud83d\\ude00é😀\\\\\\\"\",\"n\":[1,-2,3.5,1e3,true,false,null,"
            + "{\"deep\":{}},[],\"\",\"\\ud83d lone\"],\n \"last\" : 12345678901234567 }";
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    List<String> expected = scan(List.of(bytes));
    assertTrue(expected.contains("text x\né😀é😀\\\""), expected.toString());
    assertEquals("whole", expected.get(expected.size() - 1));
    EverySplit.of(bytes, pieces -> assertEquals(expected, scan(pieces)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a':'b \" c',}",
        "{a:1}",
        "[1,2,]",
        "{\"a\":NaN}",
        "{\"a\":1}{\"a\":2}",
        "{\"a\":\"raw\ttab\"}",
        "{\"a\":1,\"a\":2}",
        " 17 ",
        "[.5,5.,+5,007,-.5,+.5e1]",
        "{\"raw\ttab\":1}",
        "{\"fi\\le\\Data\":1}",
        "\"alone\"",
        ""
      })
  void takesWhatGoogleTakes(String json) {
    assertTrue(scan(json).contains("whole"), scan(json).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":\"",
        "{\"a\":\"\\u12",
        "{\"a\":\"\\u12G4\"}",
        "{\"a\" \"b\"}",
        "{\"a\":\"b\" \"c\"}",
        "[1 2]",
        "[}",
        "}",
        "<html>",
        "tru",
        "{\"a\":1]"
      })
  void callsMalformedWhatIsNoJson(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    EverySplit.of(
        bytes,
        pieces -> {
          List<String> lines = scan(pieces);
          assertEquals("malformed", lines.get(lines.size() - 1), lines.toString());
        });
  }

  @ParameterizedTest
  @CsvSource({"400, true", "600, false", "100000, false"})
  void boundsNesting(int levels, boolean taken) {
    assertEquals(taken, scan("[".repeat(levels) + "]".repeat(levels)).contains("whole"));
  }

  @Test
  void boundsNames() {
    assertFalse(scan("{\"" + "x".repeat(1_000_000) + "\":1}").contains("whole"));
  }

  @Test
  void readsNamesWithUnknownEscapesAsItReadsTexts() {
    assertEquals(
        List.of("{", "name file_Data", "text file_Data", "}", "whole"),
        scan("{\"f\\ile\\_\\Data\":\"f\\ile\\_\\Data\"}"));
  }

  @Test
  void takesNumbersOfAnyLengthInBoundedMemory() {
    String number = "number " + JsonScanner.NO_NUMBER;
    assertEquals(List.of("[", number, "]", "whole"), scan("[" + "9".repeat(1_000_000) + "]"));
    assertEquals(List.of(number, "whole"), scan("9".repeat(1_000_000)));
    assertEquals(
        List.of("[", "VALUE_NUMBER_FLOAT", number, "number 7", "text a", "]", "whole"),
        scan(
            "[-1."
                + "0".repeat(5_000)
                + "e+"
                + "0".repeat(450)
                + "1,"
                + "0".repeat(500)
                + "1,7,'a']"));
    assertFalse(scan("[" + "9".repeat(1_000) + "x]").contains("whole"));
    assertFalse(scan("[1" + ".5".repeat(1_000) + "]").contains("whole"));
  }

  @Test
  void tellsTheTrueLengthOfNumbersHoweverTheyAreCut() {
    String first = "-" + "1".repeat(150) + "." + "2".repeat(160) + "E" + "3".repeat(170);
    String second = "4".repeat(600);
    byte[] bytes =
        ("{\"a\":[" + first + ",12 ,true," + second + " ]}" + second)
            .getBytes(StandardCharsets.UTF_8);
    List<Integer> expected = List.of(first.length(), 2, 4, 600, 600);
    EverySplit.of(bytes, 5, 1, pieces -> assertEquals(expected, lengths(pieces)));
  }

  private static List<Integer> lengths(List<byte[]> pieces) {
    List<Integer> lengths = new ArrayList<>();
    JsonScanner[] scanner = new JsonScanner[1];
    Protocol protocol =
        new Protocol() {
          @Override
          public void scalar(JsonToken token, long whole) {
            lengths.add(scanner[0].scalarLength());
          }
        };
    scanner[0] = new JsonScanner(protocol);
    for (byte[] piece : pieces) {
      scanner[0].look(Unpooled.wrappedBuffer(piece), 0, piece.length);
    }
    assertTrue(scanner[0].finish());
    scanner[0].release();
    return lengths;
  }

  @Test
  void callsANameWithoutAValueMalformedHoweverItIsCut() {
    EverySplit.of(
        "{\"a\":}".getBytes(StandardCharsets.UTF_8),
        pieces -> assertEquals(List.of("{", "name a", "malformed"), scan(pieces)));
  }

  @Test
  void readsNothingMoreOnceMalformed() {
    List<String> lines = scan("[1 2] [\"never\"]");
    assertFalse(lines.contains("text never"), lines.toString());
  }
}
