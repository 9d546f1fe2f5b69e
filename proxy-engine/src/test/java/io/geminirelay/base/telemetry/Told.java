package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;

/** Makes what is told of exchanges, step by step, by a time that stands still. */
final class Told {
  final FakeTime time;
  private final long startNanos;
  private final Trail trail = new Trail();
  private String model = "gemini-2.5-flash";
  private String id = "id";
  private FaultKind fault;
  private long answerNanos;
  private int attempts;

  Told(FakeTime time) {
    this.time = time;
    this.startNanos = time.nanoTime();
  }

  Told() {
    this(new FakeTime());
  }

  Told model(String name) {
    model = name;
    return this;
  }

  Told id(String text) {
    id = text;
    return this;
  }

  Told waits(String what, long millis) {
    trail.waits(what, time.nanoTime());
    time.advance(Duration.ofMillis(millis));
    return this;
  }

  Told attempt(String key, String outcome, int status, String quota) {
    attempts++;
    trail.begins(key, null, time.nanoTime());
    time.advance(Duration.ofMillis(100));
    if (!outcome.isEmpty()) {
      trail.ended(outcome, status, quota, time.nanoTime());
    }
    return this;
  }

  Told ok(String key) {
    attempt(key, "ok", 200, "");
    answerNanos = time.nanoTime() - startNanos;
    return this;
  }

  Told over(String reason) {
    trail.over(reason);
    return this;
  }

  Told broke(String reason) {
    time.advance(Duration.ofMillis(900));
    trail.broke(reason, time.nanoTime());
    return this;
  }

  Told fault(FaultKind kind) {
    fault = kind;
    return this;
  }

  Settled end(Outcome outcome, int status) {
    return end(Route.NATIVE, "crawler", outcome, status);
  }

  Settled end(Route route, String client, Outcome outcome, int status) {
    return new Settled(
        id,
        client,
        route,
        model,
        status,
        outcome,
        fault,
        attempts,
        trail,
        new Settled.Times(startNanos, time.nanoTime(), answerNanos, time.instant().toEpochMilli()),
        null);
  }

  /** One that is served at once, a tenth of a second after {@code time}. */
  static Settled served(FakeTime time, String id) {
    return new Told(time).id(id).ok("g/1#0123456789").end(Outcome.SERVED, 200);
  }
}
