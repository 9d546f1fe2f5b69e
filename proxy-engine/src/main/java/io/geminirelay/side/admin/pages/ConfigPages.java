package io.geminirelay.side.admin.pages;

import io.geminirelay.base.config.ConfigText;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.side.admin.AdminActions.Applied;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminBody;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows the configuration, every secret masked, changes settings of it and reads it anew. */
final class ConfigPages {
  private static final int MAX_SETTINGS = 100;

  private final AdminRoom room;

  ConfigPages(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/config", this::show),
        AdminOperation.write("PATCH", "/admin/api/config", this::patch),
        AdminOperation.write("POST", "/admin/api/config/reload", this::reload));
  }

  private AdminAnswer show(AdminRequest request) {
    GatewayView view = room.view().get();
    GatewayView.Origin origin = view.origin();
    String savesTo = origin.savesTo().get().name().toLowerCase(Locale.ROOT);
    String effective = ConfigText.of(view.config());
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          if (origin.file() != null) {
            out.writeStringField("file", origin.file().toString());
          }
          out.writeStringField("saves_to", savesTo);
          out.writeStringField("effective", effective);
          UsageFields.texts(out, "changes", origin.changes());
          UsageFields.texts(out, "restart_needed", origin.restartNeeded());
          out.writeEndObject();
        });
  }

  private AdminAnswer patch(AdminRequest request) {
    AdminBody body = request.json().only("set", "unset");
    AdminBody set = body.object("set");
    List<ConfigEdit> edits = new ArrayList<>();
    for (String path : set.names()) {
      Object value = set.value(path);
      if (value == null) {
        throw AdminProblem.invalid(
            "set", "null", "a value for each path; unset takes a setting out");
      }
      edits.add(new ConfigEdit.Set(path, value));
    }
    body.texts("unset", MAX_SETTINGS).forEach(path -> edits.add(new ConfigEdit.Unset(path)));
    if (edits.isEmpty() || edits.size() > MAX_SETTINGS) {
      throw AdminProblem.invalid(
          "body", edits.size() + " settings", "1 to " + MAX_SETTINGS + " in set and unset");
    }
    return answer(Change.make(room, request, edits));
  }

  private AdminAnswer reload(AdminRequest request) {
    return answer(Change.reload(room, request));
  }

  private static AdminAnswer answer(Applied applied) {
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          Change.write(out, applied);
          UsageFields.texts(out, "restart_needed", applied.restartNeeded());
          out.writeEndObject();
        });
  }
}
