package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.telemetry.History;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.ModelHolds.Hold;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.health.KeyFields;
import io.geminirelay.side.health.StoreFields;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Shows how the gateway is now, and how the last hour was. */
final class OverviewPages {
  private static final int MAX_MINUTES = History.POINTS * History.STEP_SECONDS / 60;

  private final AdminRoom room;

  OverviewPages(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/overview", request -> AdminAnswer.ok(this::write)),
        AdminOperation.get("/admin/api/history", this::history));
  }

  /** Writes the overview as a value. */
  void write(JsonGenerator out) throws IOException {
    GatewayView view = room.view().get();
    Instant now = room.time().instant();
    long upNanos = room.time().nanoTime() - view.vitals().startNanos();
    out.writeStartObject();
    out.writeStringField("version", view.vitals().version());
    UsageFields.time(out, "started_at", now.minusNanos(upNanos));
    out.writeNumberField("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(upNanos));
    UsageFields.time(out, "now", now);
    out.writeStringField("status", view.vitals().status());
    out.writeNumberField("in_flight", view.vitals().inFlight().getAsLong());
    out.writeNumberField("waiting", view.load().waiting());
    out.writeNumberField("connections", view.load().connections());
    out.writeNumberField("unauthenticated", room.telemetry().unauthenticated());
    StoreFields.write(out, view.vitals().store().get());
    writeKeys(out, view, now);
    out.writeObjectFieldStart("last_minute");
    History.Minute minute = room.telemetry().history().lastMinute();
    UsageFields.counts(out, minute.sum());
    UsageFields.spread(out, "", minute.latency());
    UsageFields.spread(out, "first_byte_", minute.firstByte());
    out.writeEndObject();
    out.writeEndObject();
  }

  private void writeKeys(JsonGenerator out, GatewayView view, Instant now) throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    KeyPages.STATES.forEach(state -> counts.put(state, 0));
    long nanos = room.time().nanoTime();
    long recheck = Long.MAX_VALUE;
    int total = 0;
    for (ApiKey key : AdminRoom.keys(view).toList()) {
      total++;
      counts.merge(KeyFields.state(key), 1, Integer::sum);
      recheck = Math.min(recheck, restNanos(key, nanos));
    }
    out.writeObjectFieldStart("keys");
    out.writeNumberField("total", total);
    for (Map.Entry<String, Integer> count : counts.entrySet()) {
      out.writeNumberField(count.getKey(), count.getValue());
    }
    out.writeEndObject();
    long wait = waitNanos(view);
    if (wait == KeySelector.NEVER) {
      wait = recheck; // there are none but refused keys, which are tried again now and then
    }
    if (wait > 0 && wait != Long.MAX_VALUE) {
      UsageFields.time(out, "capacity_returns_at", now.plusNanos(wait));
    }
  }

  /** Time until any of the models can be served that are asked for; 0 for now. */
  private long waitNanos(GatewayView view) {
    KeySelector selector = view.keys().selector();
    long soonest = KeySelector.NEVER;
    boolean any = false;
    for (String model : selector.models()) {
      // One that never answered may be a name that a client made up.
      if (room.telemetry().usage().model(model) != null) {
        any = true;
        soonest = Math.min(soonest, selector.glanceNanos(model));
      }
      if (soonest == 0) {
        return 0;
      }
    }
    return any ? soonest : selector.glanceNanos("");
  }

  /** Time until {@code key} is itself again, by what holds it for longest; most if nothing does. */
  private static long restNanos(ApiKey key, long now) {
    if (KeyFields.state(key).equals("disabled")) {
      return Long.MAX_VALUE;
    }
    Hold rest = KeyFields.rest(key);
    return rest == null ? Long.MAX_VALUE : Math.max(0, rest.untilNanos() - now);
  }

  private AdminAnswer history(AdminRequest request) {
    long minutes = request.query("minutes", 1, MAX_MINUTES, MAX_MINUTES);
    List<History.Point> all = room.telemetry().history().points();
    long wanted = minutes * 60 / History.STEP_SECONDS;
    List<History.Point> points = all.subList((int) Math.max(0, all.size() - wanted), all.size());
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeNumberField("step_seconds", History.STEP_SECONDS);
          out.writeArrayFieldStart("points");
          for (History.Point point : points) {
            write(out, point);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  /** Writes {@code point} as a value. */
  static void write(JsonGenerator out, History.Point point) throws IOException {
    out.writeStartObject();
    UsageFields.time(out, "at", point.at());
    UsageFields.counts(out, point.sum());
    UsageFields.wholeSpread(out, "", point.latency());
    UsageFields.wholeSpread(out, "first_byte_", point.firstByte());
    out.writeEndObject();
  }

  /** The newest point that is over; null before there is one. */
  History.@Nullable Point newest() {
    List<History.Point> points = room.telemetry().history().points();
    return points.isEmpty() ? null : points.get(points.size() - 1);
  }
}
