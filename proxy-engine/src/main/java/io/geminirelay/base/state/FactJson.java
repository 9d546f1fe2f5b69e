package io.geminirelay.base.state;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fact as JSON: {@code {"name":…,"until":…,"fields":{…}}}. Members that another version has added
 * are passed over, so that instances of several versions can share a store.
 */
public final class FactJson {
  private FactJson() {}

  /** Writes {@code fact} as an object. */
  public static void write(JsonGenerator out, Fact fact) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", fact.name());
    out.writeNumberField("until", fact.untilMillis());
    out.writeObjectFieldStart("fields");
    for (Map.Entry<String, String> field : fact.fields().entrySet()) {
      out.writeStringField(field.getKey(), field.getValue());
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  /**
   * Reads the object that {@code in} stands at the start of, and leaves it at its end.
   *
   * @return null where it has no name or no end: then it is none of ours
   * @throws IOException where it is no JSON
   */
  public static @Nullable Fact read(JsonParser in) throws IOException {
    String name = null;
    long until = 0;
    Map<String, String> fields = new HashMap<>();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String member = in.currentName();
      JsonToken value = in.nextToken();
      if (member.equals("name") && value == JsonToken.VALUE_STRING) {
        name = in.getText();
      } else if (member.equals("until") && value == JsonToken.VALUE_NUMBER_INT) {
        until = in.getLongValue();
      } else if (member.equals("fields") && value == JsonToken.START_OBJECT) {
        readFields(in, fields);
      } else {
        in.skipChildren();
      }
    }
    return name == null || until <= 0 ? null : new Fact(name, fields, until);
  }

  private static void readFields(JsonParser in, Map<String, String> into) throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String field = in.currentName();
      JsonToken value = in.nextToken();
      if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
        into.put(field, in.getText());
      } else {
        in.skipChildren();
      }
    }
  }
}
