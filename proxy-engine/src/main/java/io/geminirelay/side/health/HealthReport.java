package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.ExitFigure;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.wait.WaitQueue;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * What the detailed health page tells: every key and every quota bucket, why it is held and until
 * when, the exits and the breakers, who waits, and what the clients may still ask. Holds names and
 * counts, no credential.
 *
 * <p>Written straight from the live state, so that thousands of keys cost no objects of their own.
 * Thread safe; each page may show states of slightly different moments.
 */
public final class HealthReport {
  private final KeyRing keys;
  private final Breakers breakers;
  private final Exits exits;
  private final List<TargetConfig> targets;
  private final Crowd crowd;
  private final TimeSource time;

  /**
   * Reports on {@code keys}, their {@code exits}, the breakers of their {@code targets}, and the
   * {@code crowd} that asks for them.
   */
  public HealthReport(
      KeyRing keys,
      Breakers breakers,
      Exits exits,
      List<TargetConfig> targets,
      Crowd crowd,
      TimeSource time) {
    this.keys = keys;
    this.breakers = breakers;
    this.exits = exits;
    this.targets = List.copyOf(targets);
    this.crowd = crowd;
    this.time = time;
  }

  /** Asks who waits for a key; completes soon, on any thread. */
  CompletionStage<List<WaitQueue.Lane>> lanes() {
    return crowd.lanes().get();
  }

  /**
   * Writes the members of the report into the object that {@code out} has open.
   *
   * @param verified what Google has just said to the keys, by their names
   */
  void write(JsonGenerator out, List<WaitQueue.Lane> lanes, Map<String, KeyChecked> verified)
      throws IOException {
    writeCrowd(out, lanes);
    RestFields rests = new RestFields(out, time);
    KeyFields fields = new KeyFields(out, rests, verified);
    out.writeArrayFieldStart("groups");
    for (KeyGroup group : keys.groups()) {
      fields.write(group);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("buckets");
    new BucketFields(out, rests).write(keys.groups());
    out.writeEndArray();
    out.writeArrayFieldStart("exits");
    ExitFields ways = new ExitFields(out);
    for (ExitFigure exit : exits.figures()) {
      ways.write(exit);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("breakers");
    BreakerFields targetFields = new BreakerFields(out, rests, breakers);
    for (TargetConfig target : targets) {
      targetFields.write(target);
    }
    out.writeEndArray();
  }

  private void writeCrowd(JsonGenerator out, List<WaitQueue.Lane> lanes) throws IOException {
    CrowdFields asking = new CrowdFields(out);
    out.writeObjectFieldStart("waiting");
    asking.writeWaiting(lanes);
    out.writeEndObject();
    out.writeArrayFieldStart("clients");
    for (Crowd.Client client : crowd.clients().get()) {
      asking.write(client);
    }
    out.writeEndArray();
  }
}
