package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Credentials;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.base.config.edit.KeySource;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminActions.Applied;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminBody;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.health.Crowd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Shows the clients, adds one, takes one out. Of a token, only its digest is kept. */
final class ClientPages {
  private static final int TOKEN_BYTES = 32;
  private static final String NO_CLIENTS =
      "there are no clients left: programs on the gateway's own machine are let in without a token";
  private static final Pattern NAME = Pattern.compile("(?!\\.+$)[^\\p{Cntrl}\\\\%]+");
  private static final String FIRST_CLIENT =
      "this is the first client: requests without a client's token, which the gateway's own machine"
          + " could send so far, are answered with 401 from now on";
  private static final int MAX_NAMES = 100;
  private static final long MAX_TOKENS = 1_000_000_000_000L;
  private static final long MAX_REQUESTS = 1_000_000_000L;

  private final AdminRoom room;
  private final SecureRandom random = new SecureRandom();

  ClientPages(AdminRoom room) {
    this.room = room;
  }

  List<AdminOperation> operations() {
    return List.of(
        AdminOperation.get("/admin/api/clients", this::list),
        AdminOperation.write("POST", "/admin/api/clients", this::add),
        AdminOperation.write("DELETE", "/admin/api/clients/{name}", this::remove));
  }

  private AdminAnswer list(AdminRequest request) {
    GatewayView view = room.view().get();
    Map<String, Crowd.Client> limited = limited(view);
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("clients");
          for (ClientConfig client : view.config().clients()) {
            write(out, client, view.origin(), limited.get(client.name()));
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static Map<String, Crowd.Client> limited(GatewayView view) {
    Map<String, Crowd.Client> limited = new HashMap<>();
    view.crowd().clients().get().forEach(client -> limited.put(client.name(), client));
    return limited;
  }

  private void write(
      JsonGenerator out, ClientConfig client, GatewayView.Origin origin, Crowd.@Nullable Client now)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("name", client.name());
    KeySource source = origin.sourceOfClient().apply(client.name());
    out.writeStringField("source", source.name().toLowerCase(Locale.ROOT));
    out.writeNumberField("requests_per_minute", client.requestsPerMinute());
    out.writeNumberField("tokens_per_minute", client.tokensPerMinute());
    out.writeNumberField("max_concurrent", client.maxConcurrent());
    UsageFields.texts(out, "models", client.models());
    UsageFields.texts(out, "groups", client.groups());
    out.writeStringField("priority", client.priority().word());
    if (now != null) {
      out.writeNumberField("in_flight", now.inFlight());
      left(out, "requests_left", now.requestsLeft());
      left(out, "tokens_left", now.tokensLeft());
      left(out, "concurrent_left", now.concurrencyLeft());
    }
    out.writeObjectFieldStart("usage");
    UsageFields.write(out, room.telemetry().usage().client(client.name()));
    out.writeEndObject();
    out.writeEndObject();
  }

  private boolean isOfEnvironment(String name) {
    GatewayView view = room.view().get();
    return view.config().clients().stream().anyMatch(client -> client.name().equals(name))
        && view.origin().sourceOfClient().apply(name) == KeySource.ENVIRONMENT;
  }

  private static void left(JsonGenerator out, String name, long left) throws IOException {
    if (left != Crowd.UNLIMITED) {
      out.writeNumberField(name, left);
    }
  }

  private AdminAnswer add(AdminRequest request) {
    AdminBody body =
        request
            .json()
            .only(
                "name",
                "token",
                "requests_per_minute",
                "tokens_per_minute",
                "max_concurrent",
                "models",
                "groups",
                "priority");
    String given = body.optionalText("token");
    if (given != null && !Credentials.isCredential(given)) {
      throw AdminProblem.of(
          FaultKind.INVALID_BODY,
          "token: a token has visible ASCII characters only, without blanks, 4096 at most");
    }
    String token = given == null ? newToken() : given;
    ClientConfig client =
        new ClientConfig(
            name(body),
            Secret.sha256(token.getBytes(StandardCharsets.UTF_8)),
            body.count("requests_per_minute", 0, MAX_REQUESTS, 0),
            body.count("tokens_per_minute", 0, MAX_TOKENS, 0),
            (int) body.count("max_concurrent", 0, Integer.MAX_VALUE, 0),
            body.texts("models", MAX_NAMES),
            body.texts("groups", MAX_NAMES),
            body.choice("priority", Priority.byWord(), Priority.NORMAL));
    boolean first = letsThisMachineIn();
    Applied applied = Change.make(room, request, new ConfigEdit.AddClient(client));
    String[] more = first && !letsThisMachineIn() ? new String[] {FIRST_CLIENT} : new String[0];
    GatewayView view = room.view().get();
    return AdminAnswer.created(
        out -> {
          out.writeStartObject();
          out.writeFieldName("client");
          write(out, client, view.origin(), limited(view).get(client.name()));
          if (given == null) {
            out.writeStringField("token", token);
          }
          Change.write(out, applied, more);
          out.writeEndObject();
        });
  }

  /** A name that the path of a request can hold, as its removal needs. */
  private static String name(AdminBody body) {
    String name = body.text("name");
    if (!NAME.matcher(name).matches()) {
      throw AdminProblem.invalid(
          "name",
          "a name that no path can hold",
          "no control character, backslash or percent sign, and more than dots");
    }
    return name;
  }

  /** Whether programs on the gateway's own machine need no token. */
  private boolean letsThisMachineIn() {
    EngineConfig config = room.view().get().config();
    return config.clients().isEmpty() && !config.openToAll() && !config.server().reachable();
  }

  private String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private AdminAnswer remove(AdminRequest request) {
    String name = request.value("name");
    if (isOfEnvironment(name)) {
      throw AdminProblem.of(
          FaultKind.INVALID_CONFIG,
          "the client " + name + " comes from API_KEYS of the environment: remove it there");
    }
    Applied applied = Change.make(room, request, new ConfigEdit.RemoveClient(name));
    String[] more = letsThisMachineIn() ? new String[] {NO_CLIENTS} : new String[0];
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          Change.write(out, applied, more);
          out.writeEndObject();
        });
  }
}
