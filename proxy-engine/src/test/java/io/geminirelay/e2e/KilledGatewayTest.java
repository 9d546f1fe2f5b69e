package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Errors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed under load, and what the next one knows. */
class KilledGatewayTest {
  private static final int KEYS = 8;
  private static final int LOAD = 3;

  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final List<GatewayProcess> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(GatewayProcess::close);
    google.close();
  }

  private String config(String state) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      keys.add(Rig.key(i));
    }
    return """
        server: {port: 0, max_connections: 1000, admin_token: %s}
        %s
        clients: [{name: c, token: %s}]
        groups: [{name: g, target_url: "%s", api_keys: [%s]}]
        """
        .formatted(
            TwoGateways.TOKEN,
            state,
            TwoGateways.CLIENT,
            google.baseUrl(),
            String.join(", ", keys));
  }

  /** Starts one with the configuration that is there, as a service manager does after a crash. */
  private GatewayProcess start() throws Exception {
    GatewayProcess next =
        GatewayProcess.serve(folder, Files.readString(folder.resolve("relay.yaml")));
    started.add(next);
    return next;
  }

  private static String state(GatewayProcess gateway, int key) {
    return String.valueOf(
        TwoGateways.admin(gateway.port(), "GET", TwoGateways.path(key)).get("state"));
  }

  /** Clients that go on until theirs is killed. */
  private static List<Thread> load(int port) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < LOAD; i++) {
      Thread thread = new Thread(() -> askOn(port), "client");
      threads.add(thread);
      thread.start();
    }
    return threads;
  }

  private static void askOn(int port) {
    try {
      while (true) {
        assertEquals(200, TwoGateways.post(port).status());
      }
    } catch (UncheckedIOException | AssertionError e) {
      // It is gone.
    }
  }

  /**
   * Kills one after the other under load: each has put one key aside for the day and one by hand.
   *
   * @param kept what is kept, as text
   */
  private void killed(int kills, Supplier<String> kept) throws Exception {
    GatewayProcess gateway = start();
    for (int i = 0; i < kills; i++) {
      String resting = TwoGateways.print(i) + "/rest";
      google.script().whenKey(Rig.key(i), Errors.tooManyRequestsPerDay("gemini-2.5-flash"));
      List<Thread> load = load(gateway.port());
      TwoGateways.admin(gateway.port(), "POST", TwoGateways.path(KEYS - 1 - i) + "/disable");
      Rig.await(() -> kept.get().contains(resting), "a resting key to be kept");
      gateway.signal("KILL");
      gateway.process().waitFor();
      for (Thread client : load) {
        client.join();
      }
      google.journal().clear();
      gateway = start();
      for (int key = 0; key < KEYS; key++) {
        String expected = key <= i ? "cooling" : key >= KEYS - 1 - i ? "disabled" : "available";
        assertEquals(expected, state(gateway, key), "key " + key + " after kill " + i);
      }
      for (int request = 0; request < 2 * KEYS; request++) {
        Response answer = TwoGateways.post(gateway.port());
        assertEquals(200, answer.status(), answer::toString);
      }
      for (int key = 0; key <= i; key++) {
        assertEquals(0, google.journal().countOf(Rig.key(key)));
        assertEquals(0, google.journal().countOf(Rig.key(KEYS - 1 - key)));
      }
      assertFalse(gateway.log().contains("\"level\":\"WARN\""), gateway::log);
    }
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theNextOneKnowsFromItsFolderWhichKeysRestAndFindsNoHalfFile() throws Exception {
    Path kept = folder.resolve("kept");
    Files.writeString(folder.resolve("relay.yaml"), config("state_dir: kept"));
    killed(3, () -> text(kept.resolve("state.json")));
    List<String> whole = List.of("state.json", "state.lock");
    Rig.await(() -> names(kept).equals(whole), "nothing else in " + kept);
  }

  @Test
  void theNextOneKnowsFromRedis() throws Exception {
    Path own = Files.createDirectory(folder.resolve("redis"));
    try (RedisServer redis = RedisServer.start(own)) {
      Files.writeString(folder.resolve("relay.yaml"), config("redis_url: " + redis.url()));
      killed(1, () -> String.join("\n", redis.dump()));
    }
  }
}
