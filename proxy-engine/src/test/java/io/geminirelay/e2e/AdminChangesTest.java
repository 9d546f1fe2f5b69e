package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.sim.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be changed over the admin interface, and what is said where it may not. */
class AdminChangesTest {
  private static final String NEW = "AIzaMarkedSecretNewKey0000000000000000";

  @TempDir Path folder;

  private static String message(Map<String, Object> refused) {
    return String.valueOf(Json.map(refused.get("error")).get("message"));
  }

  @Test
  void whereKeysAreSentIsDecidedInTheFileAlone() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      String before = Files.readString(calls.file);
      for (String change :
          List.of(
              "{\"set\":{\"groups.g.target_url\":\"http://attacker.example\"}}",
              "{\"set\":{\"groups.g.ca_file\":\"" + calls.file + "\"}}",
              "{\"set\":{\"groups.g\":{\"target_url\":\"http://attacker.example\"}}}",
              "{\"unset\":[\"groups.g.target_url\"]}")) {
        String told = message(calls.ask(422, "PATCH", "config", change));
        assertTrue(told.endsWith("it is changed in the file, not from here"), told);
        assertEquals(before, Files.readString(calls.file), change);
      }
    }
  }

  @Test
  void aKeyOfTheEnvironmentIsSaidToBeOne() throws Exception {
    Map<String, String> environment = Map.of("GEMINI_API_KEY_LIST", NEW);
    try (AdminCalls calls = new AdminCalls(environment, folder, "", Rig.key(0))) {
      String path = "keys/" + Secret.of(NEW).fingerprint();
      String told = message(calls.ask(422, "DELETE", path, null));
      assertTrue(told.contains("comes from GEMINI_API_KEY_LIST of the environment"), told);
    }
  }

  @Test
  void aClientOfTheEnvironmentIsSaidToBeOne() throws Exception {
    Map<String, String> environment = Map.of("API_KEYS", "marked-client-token");
    String file = "clients: [{name: a, token: token-of-a-0000}]";
    try (AdminCalls calls = new AdminCalls(environment, folder, file, Rig.key(0))) {
      List<String> sources =
          Json.list(calls.get("clients").get("clients")).stream()
              .map(client -> Json.map(client).get("name") + " " + Json.map(client).get("source"))
              .toList();
      assertEquals(List.of("a file", "env-1 environment"), sources);
      String told = message(calls.ask(422, "DELETE", "clients/env-1", null));
      assertTrue(told.contains("API_KEYS of the environment: remove it there"), told);
    }
  }

  private static List<String> priorities(AdminCalls calls) throws Exception {
    return Json.list(calls.get("clients").get("clients")).stream()
        .map(client -> Json.map(client).get("name") + " " + Json.map(client).get("priority"))
        .toList();
  }

  @Test
  void whoIsRefusedFirstUnderLoadIsSaidAndKept() throws Exception {
    String file = "clients: [{name: a, token: token-of-a-0000, priority: low}]";
    try (AdminCalls calls = new AdminCalls(folder, file, Rig.key(0))) {
      Object made =
          calls.ask(201, "POST", "clients", "{\"name\":\"b\",\"priority\":\"high\"}").get("client");
      assertEquals("high", Json.map(made).get("priority"));
      calls.ask(201, "POST", "clients", "{\"name\":\"c\"}");
      calls.ask(200, "PATCH", "config", "{\"set\":{\"clients.a.requests_per_minute\":9}}");
      assertEquals(List.of("a low", "b high", "c normal"), priorities(calls));
      calls.ask(200, "PATCH", "config", "{\"set\":{\"clients.c.priority\":\"low\"}}");
      calls.ask(200, "PATCH", "config", "{\"set\":{\"clients.b.max_concurrent\":9}}");
      calls.ask(200, "PATCH", "config", "{\"unset\":[\"clients.a.priority\"]}");
      calls.restart();
      assertEquals(List.of("a normal", "b high", "c low"), priorities(calls));
      calls.ask(422, "PATCH", "config", "{\"set\":{\"clients.c.priority\":\"lowest\"}}");
      String other = "{\"name\":\"d\",\"priority\":\"" + NEW + "\"}";
      String told = message(calls.ask(400, "POST", "clients", other));
      assertTrue(told.contains("priority") && told.contains("low, normal, high"), told);
      calls.ask(400, "POST", "clients", "{\"name\":\"d\",\"priority\":1}");
      assertFalse(calls.told.indexOf(NEW) >= 0, calls.told::toString);
    }
  }

  @Test
  void aClientWithASlashInItsNameCanBeTakenOut() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      calls.ask(201, "POST", "clients", "{\"name\":\"team/lab 1\"}");
      calls.ask(200, "DELETE", "clients/team%2Flab%201", null);
      assertEquals(List.of(), Json.list(calls.get("clients").get("clients")));
      for (String name : List.of("..", "100%", "a\\\\b", "a\\nb")) {
        calls.ask(400, "POST", "clients", "{\"name\":\"" + name + "\"}");
      }
    }
  }

  @Test
  void aCredentialInThePlaceOfANameDoesNotComeBack() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      calls.ask(422, "PATCH", "config", "{\"set\":{\"" + NEW + "\":1}}");
      calls.ask(422, "PATCH", "config", "{\"set\":{\"upstream." + NEW + "\":1}}");
      calls.ask(404, "DELETE", "clients/" + NEW, null);
      calls.ask(200, "PATCH", "config", "{\"set\":{\"generate.model\":\"" + NEW + "\"}}");
      assertFalse(calls.told.indexOf(NEW) >= 0, calls.told::toString);
    }
  }

  @Test
  void everyRefusalIsDescribed() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      calls.ask(400, "GET", "keys/%zz", null);
      calls.ask(400, "DELETE", "clients/100%25", null);
      calls.ask(400, "POST", "keys/import", "{");
    }
  }
}
