package io.geminirelay.testing.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes a value that fits a JSON schema, in Google's upper-case or the standard spelling. */
final class SchemaSample {
  private SchemaSample() {}

  static Object of(Map<String, Object> schema) {
    List<Object> choices = Json.list(schema.get("enum"));
    if (!choices.isEmpty()) {
      return choices.get(0);
    }
    switch (String.valueOf(schema.getOrDefault("type", "object")).toLowerCase(Locale.ROOT)) {
      case "string":
        return "example";
      case "integer":
        return 1;
      case "number":
        return 1.5;
      case "boolean":
        return true;
      case "array":
        List<Object> items = new ArrayList<>();
        items.add(of(Json.map(schema.get("items"))));
        return items;
      default:
        Map<String, Object> sample = new LinkedHashMap<>();
        Json.map(schema.get("properties"))
            .forEach((name, property) -> sample.put(name, of(Json.map(property))));
        return sample;
    }
  }

  /** Arguments for a declared function, native or OpenAI form. */
  static Map<String, Object> arguments(Map<String, Object> function) {
    Object schema = function.get("parameters");
    schema = schema == null ? Json.get(function, "parametersJsonSchema") : schema;
    return schema == null ? Map.of() : Json.map(of(Json.map(schema)));
  }
}
