package io.geminirelay.side.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.geminirelay.base.fault.FaultKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON text of a request: one value, {@value #MAX_DEPTH} levels deep at most, no name
 * twice in an object. Pure.
 */
final class Json {
  static final int MAX_DEPTH = 16;

  private static final Pattern PLAIN_NAME = Pattern.compile("[a-z_]{1,24}|[0-9]{1,6}");

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Or error texts would hold pieces of the body, credentials among them.
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(40)
                  .maxNameLength(1_000)
                  .build())
          .build();

  private Json() {}

  /** The value of {@code json}: maps, lists, strings, longs, doubles, booleans, null. */
  static @Nullable Object read(byte[] json) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (parser.nextToken() == null) {
        throw AdminProblem.of(FaultKind.INVALID_BODY, "no body; expected a JSON object");
      }
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw broken(parser, "more than one JSON value");
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw AdminProblem.of(
          FaultKind.INVALID_BODY,
          "the body is nested deeper than " + MAX_DEPTH + " levels, or a name or number too long");
    } catch (JsonParseException e) {
      // Its message may quote the body, which may hold a credential.
      throw AdminProblem.of(
          FaultKind.INVALID_BODY,
          "the body is no JSON, or names a member twice, at line %d, column %d"
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    } catch (IOException e) {
      throw AdminProblem.of(FaultKind.INVALID_BODY, "the body is no JSON in UTF-8");
    }
  }

  private static AdminProblem broken(JsonParser parser, String what) {
    return AdminProblem.of(
        FaultKind.INVALID_BODY,
        "the body has %s, at line %d".formatted(what, parser.currentTokenLocation().getLineNr()));
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_NUMBER_INT -> number(parser);
      default -> throw broken(parser, "something unexpected");
    };
  }

  /** A whole number that is too great for a {@code long} is as wrong as a fraction. */
  private static Object number(JsonParser parser) throws IOException {
    boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    return fits ? (Object) parser.getLongValue() : (Object) parser.getDoubleValue();
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      members.put(name, value(parser));
    }
    return members;
  }

  private static List<@Nullable Object> array(JsonParser parser) throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser));
    }
    return elements;
  }

  /**
   * What {@code value} is, for people. Texts are not shown: one in the wrong place may be a
   * credential.
   */
  static String kind(@Nullable Object value) {
    if (value == null) {
      return "nothing";
    }
    if (value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    return value instanceof String ? "a text" : value instanceof List ? "a list" : "an object";
  }

  /**
   * {@code text} in quotes if it could be a mistyped name; else only what it is, as it may be a
   * credential in the wrong place.
   */
  static String shown(String text) {
    return PLAIN_NAME.matcher(text).matches() ? '"' + text + '"' : "another text";
  }
}
