package io.geminirelay.command;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a snapshot as the gateway told it, in one object. */
final class SnapshotJson {
  private static final double MOST_WHOLE = 1L << 53;

  private SnapshotJson() {}

  static void write(JsonGenerator out, Snapshot snapshot) throws IOException {
    out.writeStartObject();
    out.writeFieldName("overview");
    write(out, snapshot.overview().value());
    write(out, "groups", snapshot.groups());
    write(out, "models", snapshot.models());
    write(out, "keys", snapshot.keys());
    write(out, "exits", snapshot.exits());
    write(out, "breakers", snapshot.breakers());
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, String name, List<Json> all) throws IOException {
    out.writeArrayFieldStart(name);
    for (Json each : all) {
      write(out, each.value());
    }
    out.writeEndArray();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value instanceof Map<?, ?> members) {
      out.writeStartObject();
      for (Map.Entry<?, ?> member : members.entrySet()) {
        out.writeFieldName(String.valueOf(member.getKey()));
        write(out, member.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof List<?> elements) {
      out.writeStartArray();
      for (Object each : elements) {
        write(out, each);
      }
      out.writeEndArray();
    } else if (value instanceof Double number) {
      boolean whole = number == Math.rint(number) && Math.abs(number) < MOST_WHOLE;
      if (whole) {
        out.writeNumber(number.longValue());
      } else {
        out.writeNumber(number);
      }
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value == null) {
      out.writeNull();
    } else {
      out.writeString(String.valueOf(value));
    }
  }
}
