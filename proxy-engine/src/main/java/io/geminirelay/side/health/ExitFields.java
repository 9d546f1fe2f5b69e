package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.ExitFigure;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes how an exit is. For one page. */
public final class ExitFields {
  private final JsonGenerator out;

  /** Writes to {@code out}. */
  public ExitFields(JsonGenerator out) {
    this.out = out;
  }

  /** Adds an object for {@code exit} to the open array. */
  public void write(ExitFigure exit) throws IOException {
    out.writeStartObject();
    out.writeStringField("exit", exit.exit());
    out.writeStringField("target", exit.target());
    out.writeStringField("state", exit.state().name().toLowerCase(Locale.ROOT));
    if (!exit.reason().isEmpty()) {
      out.writeStringField("reason", exit.reason());
    }
    writeTime("since", exit.since());
    writeTime("until", exit.until());
    out.writeNumberField("failures", exit.failures());
    out.writeNumberField("keys", exit.keys());
    out.writeEndObject();
  }

  private void writeTime(String name, @Nullable Instant time) throws IOException {
    if (time != null) {
      out.writeStringField(name, time.plusMillis(500).truncatedTo(ChronoUnit.SECONDS).toString());
    }
  }
}
