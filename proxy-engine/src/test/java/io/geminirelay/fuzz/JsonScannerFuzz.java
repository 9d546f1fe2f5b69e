package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import io.geminirelay.base.scan.JsonScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON scanner: accepts and tells the same for every cut, and whatever a strict parser takes is
 * taken with the same contents.
 */
class JsonScannerFuzz {
  private static final int LONG_DIGITS = 18;
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(JsonScanner.MAX_DEPTH)
                  .maxNameLength(1000)
                  .maxNumberLength(100)
                  .build())
          .build();

  @FuzzTest
  void readsDocumentsAlikeHoweverCut(byte[] document) {
    List<String> heard = new ArrayList<>();
    boolean taken =
        Cuts.alike(
            document,
            pieces -> {
              JsonEvents events = new JsonEvents();
              boolean whole = read(pieces, events);
              heard.add(events.toString());
              return whole;
            });
    // Of what is refused, the parser may have told more or less, but nothing else.
    for (String events : heard) {
      String first = heard.get(0);
      assertTrue(
          taken ? events.equals(first) : events.startsWith(first) || first.startsWith(events),
          () -> first + "\nor\n" + events);
    }
    JsonEvents reference = new JsonEvents();
    if (isStrict(document, reference)) {
      assertTrue(taken);
      assertEquals(reference.toString(), heard.get(0));
    }
  }

  private static boolean read(Cuts.Pieces pieces, JsonEvents events) {
    JsonScanner scanner = new JsonScanner(events);
    try {
      pieces.feed(scanner::look);
      boolean whole = scanner.finish();
      assertEquals(!whole, scanner.malformed());
      return whole;
    } finally {
      scanner.release();
    }
  }

  /** Whether a parser without any tolerance takes it; tells {@code events} what is inside. */
  private static boolean isStrict(byte[] document, JsonEvents events) {
    try (JsonParser parser = STRICT.createNonBlockingByteArrayParser()) {
      ByteArrayFeeder feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
      feeder.feedInput(document, 0, document.length);
      feeder.endOfInput();
      int waits = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.NOT_AVAILABLE) {
          tell(token, parser, events);
        } else if (++waits > 1) {
          return false;
        }
      }
      return parser.getParsingContext().inRoot();
    } catch (IOException e) {
      return false;
    }
  }

  private static void tell(JsonToken token, JsonParser parser, JsonEvents events)
      throws IOException {
    switch (token) {
      case START_OBJECT, START_ARRAY -> events.opened(token == JsonToken.START_OBJECT);
      case END_OBJECT, END_ARRAY -> events.closed(token == JsonToken.END_OBJECT);
      case FIELD_NAME -> events.name(parser.currentName());
      case VALUE_STRING -> {
        events.beginText();
        parser.getText().codePoints().forEach(events::character);
        events.endText();
      }
      case VALUE_NUMBER_INT -> {
        boolean fits = parser.getTextLength() <= LONG_DIGITS;
        events.scalar(token, fits ? parser.getLongValue() : JsonScanner.NO_NUMBER);
      }
      default -> events.scalar(token, JsonScanner.NO_NUMBER);
    }
  }
}
