package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Cooldown;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.QuotaBucket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what Google counts together: each bucket with its keys and, for each model, what it rests
 * for and until when. For one page.
 */
final class BucketFields {
  private final JsonGenerator out;
  private final RestFields rests;

  BucketFields(JsonGenerator out, RestFields rests) {
    this.out = out;
    this.rests = rests;
  }

  /** Adds an object for each bucket of {@code groups} to the open array. */
  void write(List<KeyGroup> groups) throws IOException {
    Map<QuotaBucket, List<ApiKey>> sharing = new LinkedHashMap<>();
    for (KeyGroup group : groups) {
      for (ApiKey key : group.keys()) {
        sharing.computeIfAbsent(key.bucket(), bucket -> new ArrayList<>(1)).add(key);
      }
    }
    for (Map.Entry<QuotaBucket, List<ApiKey>> bucket : sharing.entrySet()) {
      write(bucket.getKey(), bucket.getValue());
    }
  }

  private void write(QuotaBucket bucket, List<ApiKey> keys) throws IOException {
    out.writeStartObject();
    String project = keys.get(0).project();
    out.writeStringField("name", project == null ? keys.get(0).name() : project);
    out.writeArrayFieldStart("keys");
    for (ApiKey key : keys) {
      out.writeString(key.name());
    }
    out.writeEndArray();
    Cooldown whole = bucket.whole();
    if (whole != null) {
      out.writeObjectFieldStart("rest");
      rests.write(whole);
      out.writeEndObject();
    }
    out.writeArrayFieldStart("models");
    for (Map.Entry<String, Cooldown> model : models(bucket).entrySet()) {
      out.writeStartObject();
      out.writeStringField("model", model.getKey());
      out.writeObjectFieldStart("rest");
      rests.write(model.getValue());
      out.writeEndObject();
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static Map<String, Cooldown> models(QuotaBucket bucket) {
    Map<String, Cooldown> models = new LinkedHashMap<>();
    bucket.cooldowns().forEach(rest -> models.put(rest.model(), rest));
    return models;
  }
}
