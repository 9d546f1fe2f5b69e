package io.geminirelay.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value that is asked for members which may not be there: what is absent, or of another
 * kind, reads as nothing. Immutable.
 *
 * @param value a map, list, text, number, truth value or null
 */
record Json(@Nullable Object value) {
  /** What is not there. */
  static final Json NOTHING = new Json(null);

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int MAX_DEPTH = 32;

  /** Reads one value. */
  static Json parse(byte[] text) throws IOException {
    try (JsonParser in = FACTORY.createParser(text)) {
      in.nextToken();
      return new Json(read(in, 0));
    }
  }

  private static @Nullable Object read(JsonParser in, int depth) throws IOException {
    JsonToken token = in.currentToken();
    if (token == null || depth > MAX_DEPTH) {
      throw new IOException("no whole JSON value");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          in.nextToken();
          members.put(name, read(in, depth + 1));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          elements.add(read(in, depth + 1));
        }
        yield elements;
      }
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE, VALUE_FALSE -> in.getBooleanValue();
      case VALUE_NULL -> null;
      default -> throw new IOException("no whole JSON value");
    };
  }

  /** The member {@code name} of an object. */
  Json at(String name) {
    return value instanceof Map<?, ?> members ? new Json(members.get(name)) : NOTHING;
  }

  /** The elements of an array. */
  List<Json> elements() {
    List<Json> all = new ArrayList<>();
    if (value instanceof List<?> elements) {
      elements.forEach(each -> all.add(new Json(each)));
    }
    return all;
  }

  /** A member's text; empty when it has none. */
  String text(String name) {
    return at(name).value() instanceof String text ? text : "";
  }

  /** A member's number; {@link Double#NaN} when it has none. */
  double number(String name) {
    return at(name).value() instanceof Double number ? number : Double.NaN;
  }
}
