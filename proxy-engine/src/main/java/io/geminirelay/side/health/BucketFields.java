package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Cooldown;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.QuotaBucket;
import io.geminirelay.flow.keys.QuotaFigure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes what Google counts together: each bucket with its keys and, for each model, what is used
 * of its quota, what it rests for and until when. For one page.
 */
public final class BucketFields {
  private final JsonGenerator out;
  private final RestFields rests;

  /** Writes to {@code out}, by the moment of {@code rests}. */
  public BucketFields(JsonGenerator out, RestFields rests) {
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
    writeModels(bucket);
    out.writeEndArray();
    out.writeEndObject();
  }

  /** Adds an object for each model of {@code bucket} that was used or rests to the open array. */
  public void writeModels(QuotaBucket bucket) throws IOException {
    Map<String, Cooldown> resting = new TreeMap<>();
    bucket.cooldowns().forEach(rest -> resting.put(rest.model(), rest));
    for (QuotaFigure figure : bucket.figures()) {
      writeModel(figure.model(), resting.remove(figure.model()), figure);
    }
    for (Cooldown rest : resting.values()) {
      writeModel(rest.model(), rest, null);
    }
  }

  private void writeModel(String model, @Nullable Cooldown rest, @Nullable QuotaFigure figure)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("model", model);
    if (rest != null) {
      out.writeObjectFieldStart("rest");
      rests.write(rest);
      out.writeEndObject();
    }
    if (figure != null) {
      out.writeNumberField("room", figure.room() / 1000.0);
      writeUse("requests_per_minute", figure.requestsPerMinute());
      writeUse("tokens_per_minute", figure.tokensPerMinute());
      writeUse("requests_per_day", figure.requestsPerDay());
    }
    out.writeEndObject();
  }

  /** Without a limit the members that speak of it are left out. */
  private void writeUse(String name, QuotaFigure.Use use) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeNumberField("used", use.used());
    if (use.limit() != QuotaFigure.Use.UNLIMITED) {
      out.writeNumberField("limit", use.limit());
      out.writeNumberField("left", Math.max(0, use.limit() - use.used()));
      out.writeStringField("limit_from", use.source().name().toLowerCase(Locale.ROOT));
    }
    out.writeEndObject();
  }
}
