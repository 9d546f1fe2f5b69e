package io.geminirelay.side.admin.pages;

import io.geminirelay.base.telemetry.History;
import io.geminirelay.base.telemetry.Journal;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.side.admin.AdminAnswer.JsonBody;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.admin.events.EventSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is new in the gateway, for the live events: the overview, points of the history, keys that
 * have changed, requests that are over, and that the configuration is another. For the admin thread
 * alone.
 */
final class LiveNews {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int MAX_REQUESTS = 50;

  private final AdminRoom room;
  private final OverviewPages overview;
  private final KeyWatch keys;
  private @Nullable Instant newestPoint;
  private long newestRequest;
  private @Nullable Object config;

  LiveNews(AdminRoom room) {
    this.room = room;
    this.overview = new OverviewPages(room);
    this.keys = new KeyWatch(room);
  }

  List<EventSource> sources() {
    return List.of(
        new EventSource("overview", SECOND, () -> overview::write),
        new EventSource("point", SECOND, this::point),
        new EventSource("keys", SECOND, this::changedKeys, this::allKeys),
        new EventSource("requests", SECOND, this::requests),
        new EventSource("config", SECOND, this::config));
  }

  /** Asked every second, so that a point is told soon after it is over. */
  private @Nullable JsonBody point() {
    History.Point newest = overview.newest();
    if (newest == null || newest.at().equals(newestPoint)) {
      return null;
    }
    newestPoint = newest.at();
    return out -> OverviewPages.write(out, newest);
  }

  private @Nullable JsonBody changedKeys() {
    GatewayView view = room.view().get();
    KeyWatch.Found found = keys.look(view);
    return found.nothing() ? null : write(view, found.changed(), found.removed());
  }

  private JsonBody allKeys() {
    GatewayView view = room.view().get();
    return write(view, AdminRoom.keys(view).toList(), List.of());
  }

  private JsonBody write(GatewayView view, List<ApiKey> changed, List<String> removed) {
    return out -> {
      out.writeStartObject();
      out.writeArrayFieldStart("keys");
      KeyObject object = new KeyObject(out, room, view);
      for (ApiKey key : changed) {
        object.write(key);
      }
      out.writeEndArray();
      UsageFields.texts(out, "removed", removed);
      out.writeEndObject();
    };
  }

  private @Nullable JsonBody requests() {
    List<Journal.Entry> since = room.telemetry().journal().since(newestRequest);
    if (since.isEmpty()) {
      return null;
    }
    newestRequest = since.get(since.size() - 1).seq();
    List<Journal.Entry> told =
        since.subList(Math.max(0, since.size() - MAX_REQUESTS), since.size());
    return out -> {
      out.writeStartObject();
      out.writeArrayFieldStart("requests");
      for (int i = told.size() - 1; i >= 0; i--) {
        RequestObject.write(out, told.get(i));
      }
      out.writeEndArray();
      out.writeEndObject();
    };
  }

  private @Nullable JsonBody config() {
    Object now = room.view().get().config();
    Object before = config;
    config = now;
    if (before == null || before == now) {
      return null;
    }
    Instant at = room.time().instant();
    return out -> {
      out.writeStartObject();
      UsageFields.time(out, "at", at);
      out.writeEndObject();
    };
  }
}
