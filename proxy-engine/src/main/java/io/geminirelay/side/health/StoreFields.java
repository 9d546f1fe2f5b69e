package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.state.StoreFigure;
import java.io.IOException;

/** Writes how the store is as JSON. */
public final class StoreFields {
  private StoreFields() {}

  /** Writes {@code store} as a member of the object that {@code out} has open. */
  public static void write(JsonGenerator out, StoreFigure store) throws IOException {
    out.writeObjectFieldStart("store");
    out.writeStringField("name", store.name());
    out.writeBooleanField("up", store.up());
    out.writeNumberField("facts", store.facts());
    out.writeNumberField("failures", store.failures());
    out.writeEndObject();
  }
}
