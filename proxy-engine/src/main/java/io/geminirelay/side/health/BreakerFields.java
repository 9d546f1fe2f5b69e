package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.CircuitBreaker;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Writes how the breakers of a target are. For one page. */
public final class BreakerFields {
  private final JsonGenerator out;
  private final RestFields rests;
  private final Breakers breakers;

  /** Writes of {@code breakers} to {@code out}, by the moment of {@code rests}. */
  public BreakerFields(JsonGenerator out, RestFields rests, Breakers breakers) {
    this.out = out;
    this.rests = rests;
    this.breakers = breakers;
  }

  /** Adds an object for {@code target} to the open array. */
  public void write(TargetConfig target) throws IOException {
    out.writeStartObject();
    out.writeStringField("target", target.authority());
    write(breakers.of(target));
    out.writeArrayFieldStart("models");
    for (Map.Entry<String, CircuitBreaker> model : breakers.models(target).entrySet()) {
      out.writeStartObject();
      out.writeStringField("model", model.getKey());
      write(model.getValue());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void write(CircuitBreaker breaker) throws IOException {
    out.writeStringField("state", breaker.state().name().toLowerCase(Locale.ROOT));
    if (breaker.state() == CircuitBreaker.State.REFUSING) {
      rests.writeUntil(breaker.waitNanos(rests.nowNanos()));
    }
  }
}
