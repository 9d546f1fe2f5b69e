package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A gateway with a file, whose admin interface is asked over HTTP; every answer is held against the
 * description that the gateway itself serves.
 */
final class AdminCalls implements AutoCloseable {
  static final String TOKEN = "operators-own-token-0000";

  final GeminiSimulator google = GeminiSimulator.plain(new io.geminirelay.testing.FakeTime());
  final Path file;
  final Set<String> called = new TreeSet<>();
  final StringBuilder told = new StringBuilder();
  private final Map<String, Object> description;
  private final Map<String, String> environment;
  private Gateway gateway;

  AdminCalls(Path folder, String more, String... keys) throws Exception {
    this(Map.of(), folder, more, keys);
  }

  /** The same with variables. */
  AdminCalls(Map<String, String> environment, Path folder, String more, String... keys)
      throws Exception {
    this.environment = environment;
    file = folder.resolve("config.yaml");
    Files.writeString(
        file,
        "server: {port: 0, reload_on_change: false, drain_timeout_secs: 5, admin_token: %s}\n%s\n# mine\ngroups:\n  - name: g\n    target_url: %s\n    api_keys: [%s]\n"
            .formatted(TOKEN, more, google.baseUrl(), String.join(", ", keys)));
    gateway = Gateway.stored(file, environment);
    description = Json.map(Json.parse(raw("GET", "/admin/openapi.json", null).body()));
  }

  Gateway gateway() {
    return gateway;
  }

  /** Stops the gateway and starts another with the same file. */
  void restart() throws Exception {
    gateway.close();
    gateway = Gateway.stored(file, environment);
  }

  /** Goes on with the file as it is. */
  void applyAgain() {
    try {
      gateway
          .engine()
          .apply(new ConfigStore(new ConfigSource(file, Path.of(""), Map.of())).load().config());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Response raw(String method, String path, @Nullable String json) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.exchange(
          method,
          path,
          Header.list("Authorization", "Bearer " + TOKEN, "Content-Type", "application/json"),
          json == null ? null : json.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Asks, and holds the answer against the description. */
  Map<String, Object> ask(int status, String method, String path, @Nullable String json)
      throws Exception {
    Response answer = raw(method, "/admin/api/" + path, json);
    told.append(answer).append('\n');
    String what = method + " " + path + ": " + answer;
    assertEquals(status, answer.status(), what);
    assertTrue(String.valueOf(answer.header("content-type")).startsWith("application/json"), what);
    validate(operation(method, path), answer, what);
    return Json.map(Json.parse(answer.body()));
  }

  Map<String, Object> get(String path) throws Exception {
    return ask(200, "GET", path, null);
  }

  private Map<String, Object> operation(String method, String path) {
    String[] asked = ("/admin/api/" + path.replaceAll("\\?.*", "")).split("/");
    Map<String, Object> best = null;
    String name = "";
    for (Map.Entry<String, Object> entry : Json.map(description.get("paths")).entrySet()) {
      Object operation = Json.map(entry.getValue()).get(method.toLowerCase(java.util.Locale.ROOT));
      boolean better = best == null || entry.getKey().indexOf('{') < 0;
      if (operation != null && fits(entry.getKey().split("/"), asked) && better) {
        best = Json.map(operation);
        name = entry.getKey();
      }
    }
    assertNotNull(best, method + " " + path + " is not described");
    called.add(method + " " + name);
    return best;
  }

  /** Every operation of the description but for those of login, events and itself. */
  Set<String> described() {
    Set<String> all = new TreeSet<>();
    Json.map(description.get("paths"))
        .forEach(
            (path, methods) ->
                Json.map(methods)
                    .keySet()
                    .forEach(
                        method -> all.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
    all.removeIf(each -> each.matches(".*/(openapi.json|login|logout|session|events)"));
    return all;
  }

  private static boolean fits(String[] template, String[] asked) {
    boolean fits = template.length == asked.length;
    for (int i = 0; fits && i < asked.length; i++) {
      fits = template[i].startsWith("{") || template[i].equals(asked[i]);
    }
    return fits;
  }

  private void validate(Map<String, Object> operation, Response answer, String what)
      throws Exception {
    Map<String, Object> responses = Json.map(operation.get("responses"));
    Object described =
        responses.getOrDefault(String.valueOf(answer.status()), responses.get("default"));
    assertNotNull(described, "not described: " + what);
    Object reference = Json.map(described).get("$ref");
    Object schema =
        reference != null
            ? Json.object("$ref", "#/components/schemas/Error")
            : Json.map(Json.map(Json.map(described).get("content")).get("application/json"))
                .get("schema");
    Map<String, Object> whole = new java.util.LinkedHashMap<>(Json.map(schema));
    whole.put("components", description.get("components"));
    String text = Json.write(whole, Json.Style.COMPACT);
    var errors =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(text)
            .validate(answer.text(), InputFormat.JSON);
    assertTrue(errors.isEmpty(), () -> errors + " in " + what);
  }

  @Override
  public void close() {
    try {
      gateway.close();
    } finally {
      google.close();
    }
  }
}
