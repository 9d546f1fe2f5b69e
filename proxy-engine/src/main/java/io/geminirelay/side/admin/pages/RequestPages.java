package io.geminirelay.side.admin.pages;

import io.geminirelay.base.telemetry.Journal;
import io.geminirelay.base.telemetry.Settled;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Shows the last exchanges, newest first, and what each attempt of one of them met. */
final class RequestPages {
  private static final int STANDARD_LIMIT = 100;
  private static final Pattern STATUS = Pattern.compile("[0-9]{1,3}|[1-5]xx");

  private final AdminRoom room;

  RequestPages(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/requests", this::list),
        AdminOperation.get("/admin/api/requests/{id}", this::one));
  }

  private AdminAnswer list(AdminRequest request) {
    Filter filter = Filter.of(request);
    long before = request.query("before", 1, Long.MAX_VALUE, Long.MAX_VALUE);
    int limit = (int) request.query("limit", 1, Journal.CAPACITY, STANDARD_LIMIT);
    List<Journal.Entry> found =
        room.telemetry().journal().before(before).stream()
            .filter(entry -> filter.admits(entry.settled()))
            .limit(limit + 1L)
            .toList();
    List<Journal.Entry> shown = found.subList(0, Math.min(limit, found.size()));
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("requests");
          for (Journal.Entry entry : shown) {
            RequestObject.write(out, entry);
          }
          out.writeEndArray();
          if (found.size() > limit) {
            out.writeNumberField("next", shown.get(limit - 1).seq());
          }
          out.writeEndObject();
        });
  }

  private AdminAnswer one(AdminRequest request) {
    Journal.Entry entry = room.telemetry().journal().byId(request.value("id"));
    if (entry == null) {
      throw AdminProblem.notFound(
          "no request of this id is among the last " + Journal.CAPACITY + " of the traffic");
    }
    return AdminAnswer.ok(out -> RequestObject.writeWhole(out, entry));
  }

  /** Which exchanges are shown; null admits all. */
  private record Filter(
      @Nullable String client,
      @Nullable String model,
      @Nullable String key,
      @Nullable String outcome,
      @Nullable String route,
      @Nullable String status,
      @Nullable String text) {

    static Filter of(AdminRequest request) {
      String status = request.query("status");
      if (status != null && !STATUS.matcher(status).matches()) {
        throw AdminProblem.invalid("query status", "another text", "a status, as 429 or 4xx");
      }
      return new Filter(
          request.query("client"),
          request.query("model"),
          request.query("key"),
          request.query("outcome"),
          request.query("route"),
          status,
          lower(request.query("q")));
    }

    boolean admits(Settled settled) {
      return (client == null || client.equals(settled.client()))
          && (model == null || model.equals(settled.model()))
          && (key == null || mentions(settled.key(), key))
          && (outcome == null || outcome.equals(RequestObject.outcome(settled)))
          && (route == null || route.equals(RequestObject.route(settled)))
          && (status == null || hasStatus(settled.status(), status))
          && (text == null || mentions(settled, text));
    }

    private static boolean hasStatus(int status, String wanted) {
      return wanted.endsWith("xx")
          ? status / 100 == wanted.charAt(0) - '0'
          : status == Integer.parseInt(wanted);
    }

    private static boolean mentions(Settled settled, String text) {
      return mentions(settled.id(), text)
          || mentions(settled.client(), text)
          || mentions(settled.model(), text)
          || mentions(settled.key(), text)
          || (settled.fault() != null && mentions(settled.fault().reason(), text));
    }

    private static boolean mentions(@Nullable String where, String text) {
      return where != null && where.toLowerCase(Locale.ROOT).contains(lower(text));
    }

    private static @Nullable String lower(@Nullable String text) {
      return text == null ? null : text.toLowerCase(Locale.ROOT);
    }
  }
}
