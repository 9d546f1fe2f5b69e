package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.QuotaFigure;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.health.BucketFields;
import io.geminirelay.side.health.KeyFields;
import io.geminirelay.side.health.RestFields;
import java.io.IOException;
import java.util.Locale;

/** Writes keys, all by the same moment. For one answer. */
final class KeyObject {
  /** The room of a key of which no quota was drawn on. */
  static final int UNKNOWN_ROOM = -1;

  private final JsonGenerator out;
  private final AdminRoom room;
  private final GatewayView view;
  private final RestFields rests;
  private final KeyFields fields;

  KeyObject(JsonGenerator out, AdminRoom room, GatewayView view) {
    this.out = out;
    this.room = room;
    this.view = view;
    this.rests = new RestFields(out, room.time());
    this.fields = new KeyFields(out, rests);
  }

  /** Adds {@code key}, in short, as a value. */
  void write(ApiKey key) throws IOException {
    out.writeStartObject();
    writeMembers(key);
    out.writeEndObject();
  }

  /** Adds {@code key}, with what each model of it has left, as a value. */
  void writeWhole(ApiKey key) throws IOException {
    out.writeStartObject();
    writeMembers(key);
    out.writeArrayFieldStart("models");
    new BucketFields(out, rests).writeModels(key.bucket());
    out.writeEndArray();
    out.writeEndObject();
  }

  private void writeMembers(ApiKey key) throws IOException {
    String id = key.secret().fingerprint();
    out.writeStringField("id", id);
    out.writeStringField("group", key.group());
    fields.write(key);
    String source = view.origin().sourceOf().apply(id).name();
    out.writeStringField("source", source.toLowerCase(Locale.ROOT));
    int left = room(key);
    if (left != UNKNOWN_ROOM) {
      out.writeNumberField("room", left / 1000.0);
    }
    out.writeObjectFieldStart("usage");
    UsageFields.write(out, room.telemetry().usage().key(key.name()));
    out.writeEndObject();
  }

  /** What is left of the quota of {@code key}, in thousandths, by the model that has least. */
  static int room(ApiKey key) {
    int least = UNKNOWN_ROOM;
    for (QuotaFigure figure : key.bucket().figures()) {
      least = least == UNKNOWN_ROOM ? figure.room() : Math.min(least, figure.room());
    }
    return least;
  }
}
