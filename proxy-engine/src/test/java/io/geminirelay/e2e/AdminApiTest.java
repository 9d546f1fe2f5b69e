package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Json;
import io.geminirelay.testing.sim.Reaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator sees and does over the admin interface, held against its description. */
class AdminApiTest {
  private static final String NEW = "AIzaMarkedSecretNewKey0000000000000000";

  @TempDir Path folder;

  private static String id(String key) {
    return Secret.of(key).fingerprint();
  }

  private static String addition(String key) {
    return "{\"group\":\"g\",\"key\":\"" + key + "\"}";
  }

  @Test
  void everyOperationAnswersAsItIsDescribed() throws Exception {
    try (AdminCalls calls =
            new AdminCalls(folder, "clients: [{name: c, token: marked-client-token}]", Rig.key(0));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      calls.google.script().next(1, Errors.tooManyRequestsPerMinute());
      calls.ask(201, "POST", "keys", addition(NEW));
      String[] token = {"Authorization", "Bearer marked-client-token"};
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY, token).status());
      reads(calls);
      keys(calls);
      others(calls);
      assertEquals(calls.described(), calls.called);
      for (String secret : List.of(NEW, Rig.key(0), "marked-client-token", AdminCalls.TOKEN)) {
        for (int i = 0; i + 8 <= secret.length(); i++) {
          String piece = secret.substring(i, i + 8);
          boolean shown = !piece.matches("0+") && calls.told.indexOf(piece) >= 0;
          assertFalse(shown, () -> piece + " in " + calls.told);
        }
      }
    }
  }

  private static void reads(AdminCalls calls) throws Exception {
    Rig.await(() -> requests(calls) > 0, "the request in the journal");
    calls.get("overview");
    calls.get("history?minutes=5");
    calls.ask(400, "GET", "history?minutes=0", null);
    calls.get("groups");
    calls.get("models");
    calls.get("exits");
    assertEquals(2L, ((Number) calls.get("keys").get("total")).longValue());
    calls.get("keys?group=g&state=available&q=g%2F&offset=0&limit=1");
    calls.ask(400, "GET", "keys?state=" + NEW, null);
    calls.ask(400, "GET", "keys?limit=" + NEW, null);
    Map<String, Object> first = Json.map(Json.list(calls.get("requests").get("requests")).get(0));
    calls.get("requests?client=c&outcome=served&route=native&status=2xx&q=G%2F&limit=1");
    calls.ask(400, "GET", "requests?status=" + NEW, null);
    Map<String, Object> whole = calls.get("requests/" + first.get("id"));
    assertEquals(2, Json.list(whole.get("trail")).size());
    assertFalse(Json.list(whole.get("why")).isEmpty());
    calls.ask(404, "GET", "requests/none", null);
  }

  private static int requests(AdminCalls calls) {
    try {
      return Json.list(calls.get("requests").get("requests")).size();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void keys(AdminCalls calls) throws Exception {
    String one = "keys/" + id(NEW);
    calls.ask(409, "POST", "keys", addition(NEW));
    calls.ask(400, "POST", "keys", addition(NEW + " x"));
    calls.ask(400, "POST", "keys", addition(NEW).substring(0, 40));
    calls.ask(400, "POST", "keys", "{\"" + NEW + "\":1}");
    calls.ask(404, "POST", "keys", "{\"group\":\"none\",\"key\":\"AIzaOther\"}");
    calls.get(one);
    calls.ask(404, "GET", "keys/none", null);
    assertEquals(true, calls.ask(200, "POST", one + "/verify", null).get("ok"));
    calls.ask(200, "POST", "keys/verify", "{\"ids\":[\"" + id(NEW) + "\"]}");
    calls.ask(400, "POST", "keys/verify", "{\"ids\":[]}");
    calls.ask(200, "POST", one + "/disable", null);
    assertEquals("disabled", calls.get(one).get("state"));
    calls.ask(200, "POST", one + "/enable", null);
    calls.ask(200, "POST", one + "/reset", null);
    String text = "# some\\n" + NEW + "\\nAIzaImported1\\nAIzaImported1\\ntwo words\\n";
    Map<String, Object> imported =
        calls.ask(200, "POST", "keys/import", "{\"group\":\"g\",\"text\":\"" + text + "\"}");
    assertEquals(1L, ((Number) imported.get("added")).longValue());
    assertEquals(2L, ((Number) imported.get("known")).longValue());
    assertEquals(1, Json.list(imported.get("invalid")).size());
    calls.ask(200, "DELETE", one, null);
    calls.ask(404, "DELETE", one, null);
    assertFalse(Files.readString(calls.file).contains(NEW));
  }

  private static void others(AdminCalls calls) throws Exception {
    calls.get("clients");
    Map<String, Object> made =
        calls.ask(201, "POST", "clients", "{\"name\":\"<b>\",\"token\":\"marked-token-of-mine\"}");
    assertFalse(made.containsKey("token"));
    calls.ask(409, "POST", "clients", "{\"name\":\"c\"}");
    assertNotNull(calls.ask(201, "POST", "clients", "{\"name\":\"d\"}").get("token"));
    calls.ask(200, "DELETE", "clients/d", null);
    calls.ask(404, "DELETE", "clients/d", null);
    calls.get("config");
    calls.ask(200, "PATCH", "config", "{\"set\":{\"max_wait_secs\":7,\"top_p\":0.5}}");
    calls.ask(422, "PATCH", "config", "{\"set\":{\"max_wait_secs\":8,\"top_p\":9}}");
    String effective = String.valueOf(calls.get("config").get("effective"));
    assertTrue(effective.contains("max_wait_secs: 7"), effective);
    calls.ask(200, "PATCH", "config", "{\"unset\":[\"top_p\"]}");
    calls.ask(400, "PATCH", "config", "{}");
    calls.ask(422, "PATCH", "config", "{\"set\":{\"max_wait_secs\":\"" + NEW + "\"}}");
    calls.ask(200, "POST", "config/reload", null);
    calls.get("logs");
    calls.ask(200, "PUT", "logs/access", "{\"level\":\"DEBUG\"}");
    calls.ask(200, "PUT", "logs/access", "{\"level\":null}");
    calls.ask(400, "PUT", "logs/access", "{\"level\":\"loud\"}");
    calls.ask(404, "PUT", "logs/none", "{\"level\":\"INFO\"}");
    assertTrue(Files.readString(calls.file).contains("# mine"));
  }

  @Test
  void aDisabledKeyStaysSoAfterARestart() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0), Rig.key(1))) {
      calls.ask(200, "POST", "keys/" + id(Rig.key(0)) + "/disable", null);
      calls.restart();
      assertEquals("disabled", calls.get("keys/" + id(Rig.key(0))).get("state"));
      try (TestClient client = TestClient.connect(calls.gateway().port())) {
        for (int i = 0; i < 4; i++) {
          assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
        }
      }
      assertEquals(0, calls.google.journal().countOf(Rig.key(0)));
    }
  }

  @Test
  void aFileThatCannotBeUsedIsFoundBeforeTheChangeIsKept() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      String before = Files.readString(calls.file);
      String set = "\"max_tokens_per_request\":1000,\"tokenizer_file\":\"" + calls.file + "\"";
      calls.ask(422, "PATCH", "config", "{\"set\":{" + set + "}}");
      assertEquals(before, Files.readString(calls.file));
      calls.restart();
    }
  }

  @Test
  void theLastClientIsNotTakenOutWithoutAWord() throws Exception {
    String clients =
        "clients: [{name: a, token: token-of-a-0000}, {name: b, token: token-of-b-0000}]";
    try (AdminCalls calls = new AdminCalls(folder, clients, Rig.key(0))) {
      assertEquals(
          List.of(), Json.list(calls.ask(200, "DELETE", "clients/a", null).get("warnings")));
      Map<String, Object> last = calls.ask(200, "DELETE", "clients/b", null);
      assertEquals(1, Json.list(last.get("warnings")).size());
    }
  }

  @Test
  void theFirstClientIsNotAddedWithoutAWord() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      Map<String, Object> first = calls.ask(201, "POST", "clients", "{\"name\":\"a\"}");
      assertEquals(401, client.post(Rig.UNARY, Rig.BODY).status());
      String warnings = String.valueOf(first.get("warnings"));
      assertTrue(warnings.contains("401"), warnings);
      Map<String, Object> second = calls.ask(201, "POST", "clients", "{\"name\":\"b\"}");
      assertEquals(List.of(), Json.list(second.get("warnings")));
      calls.ask(200, "PATCH", "config", "{\"set\":{\"auth\":\"none\"}}");
      for (String name : List.of("a", "b")) {
        Map<String, Object> gone = calls.ask(200, "DELETE", "clients/" + name, null);
        assertEquals(List.of(), Json.list(gone.get("warnings")), "nothing changes for anybody");
      }
    }
  }

  @Test
  void strangersDriveNoRequestOutOfMemory() throws Exception {
    String clients = "clients: [{name: a, token: token-of-a-0000}]";
    try (AdminCalls calls = new AdminCalls(folder, clients, Rig.key(0));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY, "x-api-key", "token-of-a-0000").status());
      Rig.await(() -> requests(calls) == 1, "the request in the journal");
      for (int i = 0; i < 1_005; i++) {
        List<Header> guess = Header.list("x-api-key", "guess-" + i);
        assertEquals(401, client.exchange("GET", "/v1beta/models", guess, null).status());
      }
      assertEquals(1, requests(calls));
      Map<String, Object> overview = calls.get("overview");
      assertEquals(1_005L, ((Number) overview.get("unauthenticated")).longValue());
      Map<String, Object> minute = Json.map(overview.get("last_minute"));
      assertEquals(0L, ((Number) minute.get("refused")).longValue());
    }
  }

  @Test
  void aKeyIsVerifiedBeforeItIsAddedWhereThatIsAsked() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      String asked = addition(NEW).replace("}", ",\"verify\":true}");
      calls.google.script().nextWithKey(1, NEW, Errors.keyInvalid());
      String refused = String.valueOf(calls.ask(422, "POST", "keys", asked));
      assertTrue(refused.contains("not added"), refused);
      calls.ask(404, "GET", "keys/" + id(NEW), null);
      calls.ask(400, "POST", "keys", asked.replace("true", "1"));
      calls.ask(404, "POST", "keys", asked.replace("\"g\"", "\"none\""));
      Map<String, Object> added = calls.ask(201, "POST", "keys", asked);
      assertEquals(List.of(), Json.list(added.get("warnings")));
      assertEquals(2, calls.google.journal().countOf(NEW));
    }
  }

  @Test
  void whatDoesNotLookLikeAKeyIsDoubted() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      Map<String, Object> added = calls.ask(201, "POST", "keys", addition("abc"));
      assertEquals(1, Json.list(added.get("warnings")).size(), added::toString);
      String text = "{\"group\":\"g\",\"text\":\"x\\n" + NEW + "\\nAQ.abc\"}";
      Map<String, Object> imported = calls.ask(200, "POST", "keys/import", text);
      String warnings = String.valueOf(imported.get("warnings"));
      assertTrue(warnings.contains("#" + id("x")), warnings);
      assertFalse(warnings.contains(id(NEW)), warnings);
    }
  }

  @Test
  void aChangeNamesTheRestartsThatItNeedsItself() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      String host = "{\"set\":{\"server.workers\":77}}";
      assertEquals(
          List.of("server.workers"),
          Json.list(calls.ask(200, "PATCH", "config", host).get("restart_needed")));
      Map<String, Object> other =
          calls.ask(200, "PATCH", "config", "{\"set\":{\"max_wait_secs\":7}}");
      assertEquals(List.of(), Json.list(other.get("restart_needed")));
      assertEquals(List.of("server.workers"), Json.list(calls.get("config").get("restart_needed")));
    }
  }

  @Test
  void aMistakenSettingIsToldWithItsRemedy() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      Map<String, Object> answer =
          calls.ask(422, "PATCH", "config", "{\"set\":{\"max_wait_sec\":3}}");
      Map<String, Object> problem = Json.map(Json.list(answer.get("problems")).get(0));
      assertEquals("max_wait_secs", problem.get("nearest"));
      assertFalse(problem.containsKey("line"), "the line of a text that was not kept");
      String whole = String.valueOf(calls.ask(422, "PATCH", "config", "{\"set\":{\"server\":5}}"));
      assertTrue(whole.contains("settings of its own"), whole);
      String numbered =
          String.valueOf(calls.ask(404, "PATCH", "config", "{\"set\":{\"groups[0].top_p\":0.5}}"));
      assertTrue(numbered.contains("groups.NAME"), numbered);
      Files.writeString(calls.file, Files.readString(calls.file) + "max_wait_sec: 3\n");
      Map<String, Object> reload = calls.ask(422, "POST", "config/reload", null);
      problem = Json.map(Json.list(reload.get("problems")).get(0));
      assertTrue(problem.containsKey("line"), "of the file");
    }
  }

  @Test
  void aModelThatRestsHasNoRoom() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "max_wait_secs: 0", Rig.key(0));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      String one = "keys/" + id(Rig.key(0));
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(1.0, room(calls.get(one)));
      calls.google.script().next(1, Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 300));
      assertEquals(429, client.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(0.0, room(calls.get(one)));
      calls.ask(200, "POST", one + "/reset", null);
      assertTrue(room(calls.get(one)) > 0);
    }
  }

  private static double room(Map<String, Object> key) {
    return ((Number) key.get("room")).doubleValue();
  }

  @Test
  void thousandsOfKeysAreTold() throws Exception {
    String[] keys =
        java.util.stream.IntStream.range(0, 2_000)
            .mapToObj(i -> "AIzaOneOfMany%04d".formatted(i))
            .toArray(String[]::new);
    try (AdminCalls calls = new AdminCalls(folder, "", keys)) {
      for (int i = 0; i < 12; i++) {
        assertEquals(2_000, Json.list(calls.get("keys").get("keys")).size());
      }
      Map<String, Object> some = calls.get("keys?offset=1990&limit=50");
      assertEquals(10, Json.list(some.get("keys")).size());
    }
  }

  @Test
  void whoComesToWaitAfterAReloadHearsThatTheKeyIsBack() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "max_wait_secs: 600", Rig.key(0));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      Reaction refusal = Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 500);
      calls
          .google
          .script()
          .next(
              1,
              (request, usual) -> {
                calls.applyAgain();
                return refusal.answer(request, usual);
              });
      CompletableFuture<Integer> answer =
          CompletableFuture.supplyAsync(() -> client.post(Rig.UNARY, Rig.BODY).status());
      Rig.await(() -> waiting(calls) == 1, "a request that waits");
      calls.ask(200, "POST", "keys/" + id(Rig.key(0)) + "/reset", null);
      assertEquals(200, answer.get(10, TimeUnit.SECONDS));
      assertEquals(0, waiting(calls));
    }
  }

  private static long waiting(AdminCalls calls) {
    try {
      return ((Number) calls.get("overview").get("waiting")).longValue();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changesDropNoRequest() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      AtomicBoolean over = new AtomicBoolean();
      int port = calls.gateway().port();
      List<CompletableFuture<Integer>> loads =
          java.util.stream.IntStream.range(0, 4)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> load(port, over)))
              .toList();
      for (int i = 0; i < 10; i++) {
        calls.ask(201, "POST", "keys", addition(NEW));
        long before = calls.google.journal().countOf(NEW);
        Rig.await(() -> calls.google.journal().countOf(NEW) > before, "traffic on the new key");
        calls.ask(200, "PATCH", "config", "{\"set\":{\"max_wait_secs\":" + (10 + i) + "}}");
        calls.ask(200, "DELETE", "keys/" + id(NEW), null);
      }
      over.set(true);
      int served = loads.stream().mapToInt(CompletableFuture::join).sum();
      assertTrue(served > 20, served + " requests");
    }
  }

  private static int load(int port, AtomicBoolean over) {
    int served = 0;
    try (TestClient client = TestClient.connect(port)) {
      while (!over.get()) {
        assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
        served++;
      }
    }
    return served;
  }
}
