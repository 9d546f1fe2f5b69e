package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway learned of keys is known again after a restart, from a file. */
class StateFileRouteTest {
  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());

  @AfterEach
  void end() {
    google.close();
  }

  private Gateway start() throws Exception {
    return start("");
  }

  private Gateway start(String more) throws Exception {
    Path file = folder.resolve("config.yaml");
    Files.writeString(
        file,
        "server: {port: 0, drain_timeout_secs: 5, admin_token: %s}\nstate_dir: kept\nclients: [{name: c, token: %s}]\ngroups: [{name: g, target_url: \"%s\", api_keys: [%s, %s, %s]}]\n"
                .formatted(
                    TwoGateways.TOKEN,
                    TwoGateways.CLIENT,
                    google.baseUrl(),
                    Rig.key(0),
                    Rig.key(1),
                    Rig.key(2))
            + more);
    return Gateway.stored(file);
  }

  private static List<String> states(Gateway gateway) {
    return List.of(
        TwoGateways.state(gateway, 0),
        TwoGateways.state(gateway, 1),
        TwoGateways.state(gateway, 2));
  }

  private void refuse(int key, Reaction answer) {
    google.script().whenKey(Rig.key(key), answer);
  }

  @Test
  void aRestartForgetsNeitherADailyRestNorARefusedKey() throws Exception {
    refuse(0, Errors.tooManyRequestsPerDay("gemini-2.5-flash"));
    refuse(1, Errors.keyInvalid());
    List<String> before;
    try (Gateway first = start()) {
      Rig.await(
          () -> {
            assertEquals(200, TwoGateways.post(first).status());
            return google.journal().countOf(Rig.key(0)) > 0
                && google.journal().countOf(Rig.key(1)) > 0;
          },
          "both to be refused");
      before = states(first);
    }
    assertEquals(List.of("cooling", "invalid", "available"), before);
    google.journal().clear();
    try (Gateway second = start()) {
      assertEquals(before, states(second));
      for (int i = 0; i < 12; i++) {
        assertEquals(200, TwoGateways.post(second).status());
      }
      assertEquals(0, google.journal().countOf(Rig.key(0)));
      assertEquals(0, google.journal().countOf(Rig.key(1)));
      TwoGateways.admin(second, "POST", TwoGateways.path(0) + "/reset");
    }
    try (Gateway third = start()) {
      assertEquals(List.of("available", "invalid", "available"), states(third));
    }
    String text = Files.readString(folder.resolve("kept/state.json"));
    for (String secret : List.of(Rig.key(0), Rig.key(1), TwoGateways.TOKEN, TwoGateways.CLIENT)) {
      assertFalse(text.contains(secret), text);
    }
  }

  @Test
  void aKeyThatIsTakenOutOfDisabledKeysIsUsedAgainAfterARestart() throws Exception {
    try (Gateway first = start("disabled_keys: [%s]\n".formatted(TwoGateways.print(0)))) {
      assertEquals(List.of("disabled", "available", "available"), states(first));
    }
    try (Gateway second = start()) {
      assertEquals("available", TwoGateways.state(second, 0));
    }
    try (Gateway third = start()) {
      assertEquals("available", TwoGateways.state(third, 0));
    }
  }

  @Test
  void whatTheFileSaysAtAStartCountsThoughAHandSaidElseBeforeWithTheFile() throws Exception {
    try (Gateway first = start()) {
      TwoGateways.admin(first, "POST", TwoGateways.path(0) + "/disable");
      TwoGateways.admin(first, "POST", TwoGateways.path(1) + "/disable");
      TwoGateways.admin(first, "POST", TwoGateways.path(1) + "/enable");
      assertEquals(List.of("disabled", "available", "available"), states(first));
    }
    try (Gateway second = start("disabled_keys: [%s]\n".formatted(TwoGateways.print(1)))) {
      assertEquals(List.of("available", "disabled", "available"), states(second));
    }
  }

  @Test
  void aCorruptFileIsSetAsideAndDoesNotKeepTheGatewayFromStarting() throws Exception {
    Path file = Files.createDirectories(folder.resolve("kept")).resolve("state.json");
    for (String broken : List.of("", "{\"version\":1,\"facts\":[", "\0\1\2", "[]")) {
      Files.writeString(file, broken);
      try (Gateway gateway = start()) {
        assertEquals(200, TwoGateways.post(gateway).status());
        assertTrue(TwoGateways.up(gateway));
      }
      assertEquals(broken, Files.readString(folder.resolve("kept/state.json.broken")));
    }
  }

  @Test
  void anotherFolderNeedsARestart() throws Exception {
    try (Gateway gateway = start()) {
      Path file = folder.resolve("config.yaml");
      Files.writeString(
          file,
          Files.readString(file)
              .replace("state_dir: kept", "state_dir: there\nredis_key_prefix: \"x:\""));
      assertEquals(
          List.of("redis_key_prefix", "state_dir"),
          TwoGateways.admin(gateway, "POST", "config/reload").get("restart_needed"));
      assertEquals(200, TwoGateways.post(gateway).status());
    }
    assertFalse(Files.exists(folder.resolve("there")));
  }
}
