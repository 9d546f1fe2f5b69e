package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.wait.WaitQueue;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Writes who waits for a key, and what the clients may still ask. For one page. */
final class CrowdFields {
  private final JsonGenerator out;

  CrowdFields(JsonGenerator out) {
    this.out = out;
  }

  /** Adds the members of those who wait in {@code lanes} to the open object. */
  void writeWaiting(List<WaitQueue.Lane> lanes) throws IOException {
    out.writeNumberField("requests", lanes.stream().mapToInt(WaitQueue.Lane::waiting).sum());
    out.writeArrayFieldStart("lanes");
    for (WaitQueue.Lane lane : lanes) {
      out.writeStartObject();
      out.writeStringField("model", lane.model());
      out.writeArrayFieldStart("groups");
      for (String group : lane.groups()) {
        out.writeString(group);
      }
      out.writeEndArray();
      out.writeNumberField("requests", lane.waiting());
      out.writeNumberField("clients", lane.clients());
      out.writeNumberField("oldest_ms", TimeUnit.NANOSECONDS.toMillis(lane.oldestNanos()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Adds an object for {@code client} to the open array. */
  void write(Crowd.Client client) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", client.name());
    out.writeNumberField("requests_in_flight", client.inFlight());
    writeLeft("concurrent_left", client.concurrencyLeft());
    writeLeft("requests_left", client.requestsLeft());
    writeLeft("tokens_left", client.tokensLeft());
    out.writeEndObject();
  }

  private void writeLeft(String name, long left) throws IOException {
    if (left != Crowd.UNLIMITED) {
      out.writeNumberField(name, left);
    }
  }
}
