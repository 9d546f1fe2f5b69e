package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What the detailed health page tells: groups with their keys by state, and breakers. Holds counts
 * and names, no credential.
 *
 * @param groups in the order of the configuration
 * @param breakers one for each target
 */
public record HealthReport(List<Group> groups, List<Breaker> breakers) {

  /**
   * A group of keys.
   *
   * @param name as configured
   * @param target where its requests go
   * @param keysByState number of keys in each state, by the state's name, in a fixed order
   */
  public record Group(String name, String target, Map<String, Long> keysByState) {}

  /**
   * The breaker of a target.
   *
   * @param target what it protects
   * @param state what it allows now
   */
  public record Breaker(String target, String state) {}

  /** Writes the members of the report into the object that {@code out} has open. */
  void write(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("groups");
    for (Group group : groups) {
      out.writeStartObject();
      out.writeStringField("name", group.name());
      out.writeStringField("target", group.target());
      out.writeObjectFieldStart("keys");
      for (Map.Entry<String, Long> state : group.keysByState().entrySet()) {
        out.writeNumberField(state.getKey(), state.getValue());
      }
      out.writeEndObject();
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("breakers");
    for (Breaker breaker : breakers) {
      out.writeStartObject();
      out.writeStringField("target", breaker.target());
      out.writeStringField("state", breaker.state());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
