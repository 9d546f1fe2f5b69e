package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.side.admin.AdminActions.Applied;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminBody;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Adds keys, takes them out, puts them aside and takes them back. A key that goes finishes what it
 * has begun.
 */
final class KeyChanges {
  private static final String ONE = "/admin/api/keys/{id}";

  private final AdminRoom room;

  KeyChanges(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.later("POST", "/admin/api/keys", this::add),
        AdminOperation.write("POST", "/admin/api/keys/import", this::importMany),
        AdminOperation.write("DELETE", ONE, this::remove),
        AdminOperation.write("POST", ONE + "/enable", this::enable),
        AdminOperation.write("POST", ONE + "/disable", this::disable),
        AdminOperation.write("POST", ONE + "/reset", this::reset));
  }

  private CompletionStage<AdminAnswer> add(AdminRequest request) {
    AdminBody body = request.json().only("group", "key", "project", "weight", "verify");
    String group = body.text("group");
    String text = body.text("key").strip();
    String problem = text.isEmpty() ? "a key is not blank" : KeyText.problem(text);
    if (!problem.isEmpty()) {
      throw AdminProblem.of(FaultKind.INVALID_BODY, "key: " + problem);
    }
    Secret secret = Secret.of(text);
    String id = secret.fingerprint();
    if (AdminRoom.find(room.view().get(), id) != null) {
      throw AdminProblem.of(FaultKind.CONFLICT, "this key is known: it has the fingerprint " + id);
    }
    Integer weight = body.has("weight") ? (int) body.count("weight", 1, 100, 1) : null;
    NewKey key = new NewKey(secret, body.optionalText("project"), weight);
    ConfigEdit edit = new ConfigEdit.AddKeys(group, List.of(key));
    List<String> doubts = KeyText.doubts(List.of(secret));
    if (!isTrue(body, "verify")) {
      return CompletableFuture.completedStage(added(request, edit, id, doubts));
    }
    ApiKey tried = room.view().get().keys().clientKey(secret, "", List.of(group));
    if (tried == null) {
      throw AdminProblem.of(
          FaultKind.NOT_FOUND,
          "verify: no key of this group is in use, so that there is no way to ask Google by");
    }
    return request.then(
        room.actions().verify().apply(List.of(tried)),
        results -> added(request, edit, id, verdict(results.get(0), doubts)));
  }

  private static boolean isTrue(AdminBody body, String name) {
    if (!body.has(name)) {
      return false;
    }
    if (!(body.value(name) instanceof Boolean given)) {
      throw AdminProblem.invalid(name, "something else", "true or false");
    }
    return given;
  }

  /** Refuses a key that Google refuses; one that could not be asked for is doubted. */
  private static List<String> verdict(KeyChecked result, List<String> doubts) {
    if (result.ok()) {
      return List.of();
    }
    int status = result.status();
    if (status >= 400 && status < 500 && status != 429) {
      throw AdminProblem.of(
          FaultKind.INVALID_CONFIG,
          "Google refuses this key, so it is not added: " + result.reason() + " (" + status + ")");
    }
    String unasked = "Google could not be asked about this key: " + result.reason();
    return Stream.concat(doubts.stream(), Stream.of(unasked)).toList();
  }

  private AdminAnswer added(
      AdminRequest request, ConfigEdit edit, String id, List<String> warnings) {
    Applied applied = Change.make(room, request, edit);
    return AdminAnswer.created(out -> writeKey(out, id, applied, warnings))
        .with(HttpHeaderNames.LOCATION, "/admin/api/keys/" + id);
  }

  private AdminAnswer importMany(AdminRequest request) {
    AdminBody body = request.json().only("group", "text");
    String group = body.text("group");
    GatewayView view = room.view().get();
    // The set of keys first: looking each one up among thousands would take long.
    var known = AdminRoom.keys(view).map(ApiKey::secret).collect(Collectors.toSet());
    KeyText text = KeyText.of(body.text("text"), known::contains);
    Applied applied =
        text.added().isEmpty()
            ? null
            : Change.make(room, request, new ConfigEdit.AddKeys(group, newKeys(text)));
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeNumberField("added", text.added().size());
          out.writeNumberField("known", text.known());
          out.writeArrayFieldStart("invalid");
          for (KeyText.Line line : text.invalid()) {
            out.writeStartObject();
            out.writeNumberField("line", line.number());
            out.writeStringField("problem", line.problem());
            out.writeEndObject();
          }
          out.writeEndArray();
          UsageFields.texts(out, "ids", text.added().stream().map(Secret::fingerprint).toList());
          saved(out, applied, KeyText.doubts(text.added()));
          out.writeEndObject();
        });
  }

  private static List<NewKey> newKeys(KeyText text) {
    return text.added().stream().map(key -> new NewKey(key, null, null)).toList();
  }

  private AdminAnswer remove(AdminRequest request) {
    ApiKey key = AdminRoom.key(room.view().get(), request.value("id"));
    Applied applied =
        Change.make(room, request, new ConfigEdit.RemoveKey(key.secret().fingerprint()));
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          saved(out, applied, List.of());
          out.writeEndObject();
        });
  }

  private AdminAnswer enable(AdminRequest request) {
    String id = idOf(request);
    Applied applied = Change.make(room, request, new ConfigEdit.EnableKey(id));
    // Another instance may have put it aside, of which the configuration here says nothing.
    room.view().get().keys().putAside(id, false);
    return AdminAnswer.ok(out -> writeKey(out, id, applied, List.of()));
  }

  private AdminAnswer disable(AdminRequest request) {
    String id = idOf(request);
    Applied applied = Change.make(room, request, new ConfigEdit.DisableKey(id));
    room.view().get().keys().putAside(id, true);
    return AdminAnswer.ok(out -> writeKey(out, id, applied, List.of()));
  }

  private AdminAnswer reset(AdminRequest request) {
    GatewayView view = room.view().get();
    ApiKey key = AdminRoom.key(view, request.value("id"));
    view.keys().reset(key);
    Audit.done(request, "reset the key #" + key.secret().fingerprint(), "");
    return AdminAnswer.ok(out -> writeKey(out, key.secret().fingerprint(), null, List.of()));
  }

  private String idOf(AdminRequest request) {
    return AdminRoom.key(room.view().get(), request.value("id")).secret().fingerprint();
  }

  private void writeKey(
      JsonGenerator out, String id, @Nullable Applied applied, List<String> warnings)
      throws IOException {
    GatewayView view = room.view().get();
    ApiKey key = AdminRoom.key(view, id);
    out.writeStartObject();
    out.writeFieldName("key");
    new KeyObject(out, room, view).write(key);
    saved(out, applied, warnings);
    out.writeEndObject();
  }

  private static void saved(JsonGenerator out, @Nullable Applied applied, List<String> warnings)
      throws IOException {
    if (applied != null) {
      Change.write(out, applied, warnings.toArray(String[]::new));
    }
  }
}
