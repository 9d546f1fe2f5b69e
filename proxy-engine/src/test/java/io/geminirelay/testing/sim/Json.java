package io.geminirelay.testing.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as plain maps, lists, strings, numbers, booleans and nulls, read as leniently as Google does
 * and written in the three spacings that Google uses.
 */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .build();

  private Json() {}

  /** Spacing of the written text. */
  public enum Style {
    /** Two spaces a level, as whole answers and errors have it. */
    PRETTY,
    /** One line with a blank after each colon, as native stream events have it. */
    EVENT,
    /** No blanks, as the OpenAI form has it. */
    COMPACT
  }

  /** A map from alternating names and values that keeps their order; null values are left out. */
  public static Map<String, Object> object(@Nullable Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null) {
        map.put(String.valueOf(namesAndValues[i]), value);
      }
    }
    return map;
  }

  /** Reads one value; throws on text that Google would refuse as well. */
  public static @Nullable Object parse(byte[] bytes) throws IOException {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      return parser.nextToken() == null ? null : value(parser);
    }
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    switch (token) {
      case START_OBJECT:
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          Object member = value(parser);
          if (member != null) {
            map.put(name, member);
          }
        }
        return map;
      case START_ARRAY:
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          Object element = value(parser);
          list.add(element == null ? Map.of() : element);
        }
        return list;
      case VALUE_NUMBER_INT:
      case VALUE_NUMBER_FLOAT:
        return parser.getNumberValue();
      case VALUE_TRUE:
      case VALUE_FALSE:
        return parser.getBooleanValue();
      case VALUE_NULL:
        return null;
      default:
        return parser.getText();
    }
  }

  /** Writes a value. */
  public static String write(Object value, Style style) {
    StringBuilder out = new StringBuilder(256);
    write(value, style, 0, out);
    return out.toString();
  }

  private static void write(Object value, Style style, int depth, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      out.append('{');
      Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
      while (entries.hasNext()) {
        Map.Entry<?, ?> entry = entries.next();
        breakLine(style, depth + 1, out);
        quote(String.valueOf(entry.getKey()), out);
        out.append(style == Style.COMPACT ? ":" : ": ");
        write(entry.getValue(), style, depth + 1, out);
        out.append(entries.hasNext() ? "," : "");
      }
      close('}', map.isEmpty(), style, depth, out);
    } else if (value instanceof List<?> list) {
      out.append('[');
      for (int i = 0; i < list.size(); i++) {
        breakLine(style, depth + 1, out);
        write(list.get(i), style, depth + 1, out);
        out.append(i + 1 < list.size() ? "," : "");
      }
      close(']', list.isEmpty(), style, depth, out);
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      quote(String.valueOf(value), out);
    }
  }

  private static void close(char end, boolean empty, Style style, int depth, StringBuilder out) {
    if (!empty) {
      breakLine(style, depth, out);
    }
    out.append(end);
  }

  private static void breakLine(Style style, int depth, StringBuilder out) {
    if (style == Style.PRETTY) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, out);
    out.append('"');
  }

  /** The member as an object; an empty one if it is missing or something else. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> map(@Nullable Object value) {
    return value instanceof Map ? (Map<String, Object>) value : Map.of();
  }

  /** The member as a list; an empty one if it is missing or something else. */
  @SuppressWarnings("unchecked")
  public static List<Object> list(@Nullable Object value) {
    return value instanceof List ? (List<Object>) value : List.of();
  }

  /** A member under its camelCase or snake_case name, or null. */
  public static @Nullable Object get(Map<String, Object> map, String camel) {
    Object value = map.get(camel);
    if (value != null || map.isEmpty()) {
      return value;
    }
    StringBuilder snake = new StringBuilder();
    for (char c : camel.toCharArray()) {
      snake.append(Character.isUpperCase(c) ? "_" + Character.toLowerCase(c) : String.valueOf(c));
    }
    return map.get(snake.toString());
  }
}
