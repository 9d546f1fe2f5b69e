package io.geminirelay.side.admin.pages;

import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.health.KeyFields;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows keys: many in short, one with all that is known of its models. */
final class KeyPages {
  /** States of a key, as answers and filters name them. */
  static final List<String> STATES =
      List.of("available", "cooling", "failing", "invalid", "disabled");

  private static final int MAX_LIMIT = 10_000;

  private final AdminRoom room;

  KeyPages(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/keys", this::list),
        AdminOperation.get("/admin/api/keys/{id}", this::one));
  }

  private AdminAnswer list(AdminRequest request) {
    GatewayView view = room.view().get();
    Filter filter = Filter.of(request);
    int offset = (int) request.query("offset", 0, Integer.MAX_VALUE, 0);
    int limit = (int) request.query("limit", 1, MAX_LIMIT, MAX_LIMIT);
    List<ApiKey> found = AdminRoom.keys(view).filter(filter::admits).toList();
    List<ApiKey> shown = found.stream().skip(offset).limit(limit).toList();
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeNumberField("total", found.size());
          out.writeArrayFieldStart("keys");
          KeyObject object = new KeyObject(out, room, view);
          for (ApiKey key : shown) {
            object.write(key);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private AdminAnswer one(AdminRequest request) {
    GatewayView view = room.view().get();
    ApiKey key = AdminRoom.key(view, request.value("id"));
    return AdminAnswer.ok(out -> new KeyObject(out, room, view).writeWhole(key));
  }

  /**
   * Which keys are shown; null admits all.
   *
   * @param text part of the name or of a project, in lower case
   */
  private record Filter(@Nullable String group, @Nullable String state, @Nullable String text) {
    static Filter of(AdminRequest request) {
      String state = request.query("state");
      if (state != null && !STATES.contains(state)) {
        throw AdminProblem.of(
            FaultKind.INVALID_BODY, "query state: expected one of " + String.join(", ", STATES));
      }
      String text = request.query("q");
      return new Filter(
          request.query("group"), state, text == null ? null : text.toLowerCase(Locale.ROOT));
    }

    boolean admits(ApiKey key) {
      return (group == null || key.group().equals(group))
          && (state == null || KeyFields.state(key).equals(state))
          && (text == null || mentions(key, text));
    }

    private static boolean mentions(ApiKey key, String text) {
      String project = key.project();
      return key.name().toLowerCase(Locale.ROOT).contains(text)
          || key.state().project().toLowerCase(Locale.ROOT).contains(text)
          || (project != null && project.toLowerCase(Locale.ROOT).contains(text));
    }
  }
}
