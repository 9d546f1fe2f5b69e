package io.geminirelay.side.admin.pages;

import io.geminirelay.base.telemetry.Journal;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import java.util.List;

/** Shows the last exchanges, newest first, and what each attempt of one of them met. */
final class RequestPages {
  private static final int STANDARD_LIMIT = 100;

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
    RequestFilter filter = RequestFilter.of(request);
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
}
