package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Cooldown;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeyState;
import io.geminirelay.flow.keys.ModelHolds.Hold;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the groups with every key: its state, why it is held and until when. For one page. */
public final class KeyFields {
  private static final String COOLING = "cooling";

  private final JsonGenerator out;
  private final RestFields rests;
  private final Map<String, KeyChecked> verified;

  /** Writes to {@code out}, by the moment of {@code rests}. */
  public KeyFields(JsonGenerator out, RestFields rests) {
    this(out, rests, Map.of());
  }

  /**
   * Writes to {@code out}.
   *
   * @param verified what Google has just said to the keys, by their names; empty where it was not
   *     asked
   */
  KeyFields(JsonGenerator out, RestFields rests, Map<String, KeyChecked> verified) {
    this.out = out;
    this.rests = rests;
    this.verified = verified;
  }

  /** Adds an object for {@code group} to the open array. */
  void write(KeyGroup group) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", group.name());
    out.writeStringField("target", group.keys().get(0).destination().target().authority());
    out.writeObjectFieldStart("states");
    for (Map.Entry<String, Integer> state : states(group).entrySet()) {
      out.writeNumberField(state.getKey(), state.getValue());
    }
    out.writeEndObject();
    out.writeArrayFieldStart("keys");
    for (ApiKey key : group.keys()) {
      out.writeStartObject();
      write(key);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /** How many keys of {@code group} are in which state. */
  public static Map<String, Integer> states(KeyGroup group) {
    Map<String, Integer> counts = new TreeMap<>();
    for (ApiKey key : group.keys()) {
      counts.merge(state(key), 1, Integer::sum);
    }
    return counts;
  }

  /** Adds the members that tell of {@code key} to the open object. */
  public void write(ApiKey key) throws IOException {
    out.writeStringField("name", key.name());
    String project = key.project();
    if (project != null) {
      out.writeStringField("project", project);
    }
    String learned = key.state().project();
    if (!learned.isEmpty()) {
      out.writeStringField("learned_project", learned);
    }
    out.writeNumberField("weight", key.weight());
    out.writeNumberField("health", Math.round(key.state().health(rests.nowNanos()) * 1000) / 1e3);
    out.writeStringField("state", state(key));
    int cooling = key.bucket().holds().models().size();
    if (cooling > 0) {
      out.writeNumberField("cooling_models", cooling);
    }
    Hold rest = rest(key);
    if (rest != null) {
      if (!rest.model().isEmpty()) {
        out.writeStringField("model", rest.model());
      }
      rests.write(rest);
    }
    KeyChecked result = verified.get(key.name());
    if (result != null) {
      new VerifiedFields(out).write(result);
    }
  }

  /**
   * Its state in a word. A key that is fine as such cools while every model that it is used for
   * rests or has its quota used up; while it serves another one, it is available.
   */
  public static String state(ApiKey key) {
    KeyState.Status status = key.state().status();
    boolean cooling =
        status == KeyState.Status.AVAILABLE
            && (key.bucket().whole() != null || key.bucket().holds().all());
    return cooling ? COOLING : status.name().toLowerCase(Locale.ROOT);
  }

  /**
   * What holds it for longest, be it for one model alone; null for nothing but, perhaps, the
   * operator's hand.
   */
  public static @Nullable Hold rest(ApiKey key) {
    Cooldown held = hold(key.state());
    if (held == null && key.state().status() == KeyState.Status.AVAILABLE) {
      held = key.bucket().whole();
      return held == null ? key.bucket().holds().longest() : Hold.of(held);
    }
    return held == null ? null : Hold.of(held);
  }

  /** What holds a key whatever the model. */
  private static @Nullable Cooldown hold(KeyState state) {
    Cooldown refused = state.invalidity();
    return refused == null ? state.failing() : refused;
  }
}
