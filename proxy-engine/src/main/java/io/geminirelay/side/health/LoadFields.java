package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.load.LoadStep;
import io.geminirelay.base.load.Signal;
import io.geminirelay.base.telemetry.metrics.Words;
import java.io.IOException;
import java.util.Map;

/** Writes how loaded the gateway is, and what it does about it. */
final class LoadFields {
  private static final double PLACES = 1000;

  private LoadFields() {}

  static void write(JsonGenerator out, Load load) throws IOException {
    LoadStep step = load.step();
    out.writeObjectFieldStart("load");
    out.writeStringField("level", Words.of(step.level()));
    out.writeStringField("step", Words.of(step));
    out.writeObjectFieldStart("signals");
    for (Map.Entry<Signal, Double> each : load.ratios().entrySet()) {
      out.writeNumberField(Words.of(each.getKey()), Math.round(each.getValue() * PLACES) / PLACES);
    }
    out.writeEndObject();
    out.writeEndObject();
  }
}
