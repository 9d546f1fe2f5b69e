package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.KeyChecked;
import java.io.IOException;

/** Writes what came of asking Google with a key. For one page. */
final class VerifiedFields {
  private final JsonGenerator out;

  VerifiedFields(JsonGenerator out) {
    this.out = out;
  }

  /** Adds the member of {@code result} to the open object of its key. */
  void write(KeyChecked result) throws IOException {
    out.writeObjectFieldStart("verified");
    if (result.asked()) {
      out.writeBooleanField("ok", result.ok());
    }
    if (result.status() > 0) {
      out.writeNumberField("status", result.status());
    }
    out.writeStringField("reason", result.reason());
    if (!result.detail().isEmpty()) {
      out.writeStringField("detail", result.detail());
    }
    if (result.asked()) {
      out.writeNumberField("ms", result.millis());
    }
    if (!result.exit().isEmpty()) {
      out.writeStringField("exit", result.exit());
    }
    out.writeEndObject();
  }
}
