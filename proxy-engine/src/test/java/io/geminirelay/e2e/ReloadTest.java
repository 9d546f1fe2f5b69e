package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration is read anew while the gateway runs, and the files that it names with it. */
class ReloadTest {
  private static final String NEW = "AIzaMarkedSecretNewKey0000000000000000";

  @TempDir Path folder;

  private static void readOnly(Path file) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
  }

  private static void writable(Path file) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static String key(int index) {
    return "keys/" + Secret.of(Rig.key(index)).fingerprint();
  }

  private static void changeInMemory(AdminCalls calls) throws Exception {
    readOnly(calls.file);
    calls.ask(200, "POST", key(0) + "/disable", null);
    Map<String, Object> added =
        calls.ask(201, "POST", "keys", "{\"group\":\"g\",\"key\":\"" + NEW + "\"}");
    assertEquals("memory", added.get("saved"));
  }

  private static void replace(AdminCalls calls, String old, String with) throws Exception {
    writable(calls.file);
    Files.writeString(calls.file, Files.readString(calls.file).replace(old, with));
    readOnly(calls.file);
  }

  @Test
  void aReloadThatFailsForgetsNoChange() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0), Rig.key(1))) {
      changeInMemory(calls);
      replace(calls, "api_keys", "ca_file: \"" + calls.file + "\"\n    api_keys");
      calls.ask(422, "POST", "config/reload", null);
      assertEquals(2, Json.list(calls.get("config").get("changes")).size());
      replace(calls, "ca_file: \"" + calls.file + "\"\n    ", "");
      calls.ask(200, "PATCH", "config", "{\"set\":{\"max_wait_secs\":7}}");
      assertEquals("disabled", calls.get(key(0)).get("state"));
      assertEquals(3L, ((Number) calls.get("keys").get("total")).longValue());
    }
  }

  @Test
  void aReloadNamesTheChangesThatItForgets() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0), Rig.key(1))) {
      changeInMemory(calls);
      Map<String, Object> reloaded = calls.ask(200, "POST", "config/reload", null);
      List<Object> warnings = Json.list(reloaded.get("warnings"));
      assertEquals(2, warnings.size(), warnings::toString);
      assertTrue(
          warnings.get(0).toString().contains(Secret.of(Rig.key(0)).fingerprint()),
          warnings::toString);
      assertEquals(List.of(), Json.list(calls.get("config").get("changes")));
      assertEquals("available", calls.get(key(0)).get("state"));
      assertEquals(
          List.of(),
          Json.list(calls.ask(200, "POST", "config/reload", null).get("warnings")),
          "told once");
    }
  }

  @Test
  void certificateAuthoritiesAreReadAnew() throws Exception {
    try (TestCertificates right = TestCertificates.forNames("127.0.0.1");
        TestCertificates wrong = TestCertificates.forNames("127.0.0.1");
        GeminiSimulator secure = GeminiSimulator.tls(new FakeTime(), right)) {
      Path trusted = folder.resolve("ca.pem");
      Files.copy(wrong.caFile(), trusted);
      try (AdminCalls calls = new AdminCalls(folder, "max_wait_secs: 0", Rig.key(0))) {
        Files.writeString(
            calls.file,
            Files.readString(calls.file)
                .replace(calls.google.baseUrl(), secure.baseUrl() + "\n    ca_file: ca.pem"));
        calls.ask(200, "POST", "config/reload", null);
        assertEquals(false, calls.ask(200, "POST", key(0) + "/verify", null).get("ok"));
        Files.copy(right.caFile(), trusted, StandardCopyOption.REPLACE_EXISTING);
        calls.ask(200, "POST", "config/reload", null);
        assertEquals(true, calls.ask(200, "POST", key(0) + "/verify", null).get("ok"));
        Files.writeString(trusted, "nothing");
        calls.ask(422, "POST", "config/reload", null);
        assertEquals(true, calls.ask(200, "POST", key(0) + "/verify", null).get("ok"));
      }
    }
  }

  @Test
  void theListenersCertificateIsReadAnew() throws Exception {
    try (TestCertificates first = TestCertificates.forNames("127.0.0.1");
        TestCertificates second = TestCertificates.forNames("127.0.0.1")) {
      Path chain = Files.writeString(folder.resolve("chain.pem"), first.chainPem());
      Path secret = Files.writeString(folder.resolve("key.pem"), first.privateKeyPem());
      String tls = "{certificate: \"%s\", private_key: \"%s\"}".formatted(chain, secret);
      String yaml =
          "server: {port: 0, reload_on_change: false, drain_timeout_secs: 5, admin_token: %s, tls: %s}\ngroups: [{name: g, api_keys: [k]}]\n"
              .formatted(AdminCalls.TOKEN, tls);
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml);
      try (Gateway gateway = Gateway.stored(file)) {
        assertEquals(200, reload(gateway, first));
        Files.writeString(chain, second.chainPem());
        assertEquals(422, reload(gateway, first), "another's key");
        Files.writeString(secret, second.privateKeyPem());
        assertEquals(200, reload(gateway, first));
        assertEquals(200, reload(gateway, second));
      }
    }
  }

  @Test
  void plainHttpIsNotTakenForHttpsWhileTlsWaitsForARestart() throws Exception {
    try (TestCertificates made = TestCertificates.forNames("127.0.0.1");
        AdminCalls calls = new AdminCalls(folder, "", "k")) {
      Path chain = Files.writeString(folder.resolve("chain.pem"), made.chainPem());
      Path secret = Files.writeString(folder.resolve("key.pem"), made.privateKeyPem());
      String tls =
          ", security: {require_https: true}, tls: {certificate: \"%s\", private_key: \"%s\"}}"
              .formatted(chain, secret);
      Files.writeString(calls.file, Files.readString(calls.file).replaceFirst("}", tls));
      Map<String, Object> applied = calls.ask(200, "POST", "config/reload", null);
      assertEquals(List.of("server.tls"), applied.get("restart_needed"));
      calls.ask(403, "GET", "keys", null);
    }
  }

  private static int reload(Gateway gateway, TestCertificates trusted) {
    try (TestClient client = TestClient.tls(gateway.port(), trusted.caFile())) {
      String[] headers = {"Authorization", "Bearer " + AdminCalls.TOKEN};
      return client.post("/admin/api/config/reload", "", headers).status();
    }
  }
}
