package io.geminirelay.side.admin.pages;

import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.telemetry.LogLevels;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminBody;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import java.util.List;

/** Shows and sets how much is logged, until the next start. */
final class LogPages {
  private static final List<String> LEVELS =
      List.of("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private final LogLevels logs;

  LogPages(AdminRoom room) {
    this.logs = room.logs();
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/logs", request -> levels()),
        AdminOperation.write("PUT", "/admin/api/logs/{logger}", this::set));
  }

  private AdminAnswer levels() {
    List<LogLevels.Told> all = logs.told();
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeObjectFieldStart("levels");
          for (LogLevels.Told told : all) {
            out.writeStringField(told.logger(), told.level());
          }
          out.writeEndObject();
          UsageFields.texts(
              out,
              "own",
              all.stream().filter(LogLevels.Told::own).map(LogLevels.Told::logger).toList());
          out.writeEndObject();
        });
  }

  private AdminAnswer set(AdminRequest request) {
    AdminBody body = request.json().only("level");
    String level = body.optionalText("level");
    if (!body.names().contains("level") || (level != null && !LEVELS.contains(level))) {
      throw AdminProblem.of(
          FaultKind.INVALID_BODY,
          "level: expected one of " + String.join(", ", LEVELS) + ", or null to go back");
    }
    if (!logs.set(request.value("logger"), level)) {
      throw AdminProblem.notFound("no logger of this name can be set");
    }
    String what = level == null ? "take back the log level" : "set the log level " + level;
    Audit.done(request, what + " of " + request.value("logger"), "");
    return levels();
  }
}
