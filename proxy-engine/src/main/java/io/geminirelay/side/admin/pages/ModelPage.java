package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.telemetry.Sum;
import io.geminirelay.base.telemetry.Usage;
import io.geminirelay.base.telemetry.UsageTable;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Shows the models: what was asked of each, and which keys could serve it now. */
final class ModelPage {
  private final AdminRoom room;

  ModelPage(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(AdminOperation.get("/admin/api/models", this::list));
  }

  private AdminAnswer list(AdminRequest request) {
    ModelFigures figures = new ModelFigures(room.view().get());
    UsageTable usage = room.telemetry().usage();
    Set<String> names = new TreeSet<>(figures.names());
    usage.models().stream()
        .map(Usage::name)
        .filter(name -> !name.equals(UsageTable.OTHER))
        .forEach(names::add);
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("models");
          for (String name : names) {
            out.writeStartObject();
            out.writeStringField("model", name);
            writeUsage(out, usage.model(name));
            writeFigure(out, figures.of(name));
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static void writeUsage(JsonGenerator out, @Nullable Usage usage) throws IOException {
    UsageFields.write(out, usage);
    Sum sum = usage == null ? Sum.NONE : usage.sum();
    out.writeNumberField("attempts", sum.attempts());
    if (usage != null) {
      UsageFields.millis(out, "p50_ms", usage.latencyMillis());
      UsageFields.millis(out, "first_byte_p50_ms", usage.firstByteMillis());
    }
  }

  private void writeFigure(JsonGenerator out, ModelFigures.Figure figure) throws IOException {
    if (figure.room() != null) {
      out.writeNumberField("room", Math.round(figure.room() * 1000) / 1e3);
    }
    out.writeNumberField("keys_open", figure.open());
    out.writeNumberField("keys_cooling", figure.cooling());
    long wait = figure.waitNanos();
    if (figure.open() == 0 && wait != KeySelector.NEVER) {
      UsageFields.time(out, "returns_at", room.time().instant().plusNanos(wait));
    }
    if (figure.breaker() != null) {
      out.writeStringField("breaker", figure.breaker().name().toLowerCase(Locale.ROOT));
    }
  }
}
