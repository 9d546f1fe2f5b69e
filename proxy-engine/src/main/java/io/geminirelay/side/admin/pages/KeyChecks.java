package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Has keys verified by really asking Google with them. */
final class KeyChecks {
  private static final int MAX_KEYS = 100;

  private final AdminRoom room;

  KeyChecks(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.later("POST", "/admin/api/keys/{id}/verify", this::one),
        AdminOperation.later("POST", "/admin/api/keys/verify", this::many));
  }

  private CompletionStage<AdminAnswer> one(AdminRequest request) {
    ApiKey key = AdminRoom.key(room.view().get(), request.value("id"));
    return room.actions()
        .verify()
        .apply(List.of(key))
        .thenApply(results -> AdminAnswer.ok(out -> write(out, results.get(0))));
  }

  private CompletionStage<AdminAnswer> many(AdminRequest request) {
    List<String> ids =
        request.json().only("ids").texts("ids", MAX_KEYS).stream().distinct().toList();
    if (ids.isEmpty()) {
      throw AdminProblem.invalid("ids", "nothing", "1 to " + MAX_KEYS + " fingerprints");
    }
    GatewayView view = room.view().get();
    List<ApiKey> keys = ids.stream().map(id -> AdminRoom.key(view, id)).toList();
    return room.actions().verify().apply(keys).thenApply(KeyChecks::all);
  }

  private static AdminAnswer all(List<KeyChecked> results) {
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("results");
          for (KeyChecked result : results) {
            write(out, result);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static void write(JsonGenerator out, KeyChecked result) throws IOException {
    out.writeStartObject();
    out.writeStringField("id", result.id());
    out.writeStringField("name", result.name());
    out.writeBooleanField("ok", result.ok());
    if (result.status() > 0) {
      out.writeNumberField("status", result.status());
    }
    out.writeStringField("reason", result.reason());
    UsageFields.text(out, "detail", result.detail());
    out.writeNumberField("ms", result.millis());
    UsageFields.text(out, "exit", result.exit());
    out.writeEndObject();
  }
}
