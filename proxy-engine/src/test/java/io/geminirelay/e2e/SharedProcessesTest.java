package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.sim.Errors;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways in processes of their own share what they know through Redis. */
class SharedProcessesTest {
  @TempDir Path folder;

  private GatewayProcess serve(String name, String config) throws Exception {
    return GatewayProcess.serve(Files.createDirectories(folder.resolve(name)), config);
  }

  private static void awaitCooling(int port) {
    String key = TwoGateways.path(0);
    RedisServer.await(
        "the key to be cooling",
        () -> "cooling".equals(TwoGateways.admin(port, "GET", key).get("state")));
  }

  @Test
  void whatOneLearnsAllKnowAndStillKnowAfterACrash() throws Exception {
    Path own = Files.createDirectories(folder.resolve("redis"));
    try (RedisServer redis = RedisServer.start(own);
        GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      String server = "port: 0, admin_token: " + TwoGateways.TOKEN;
      String config =
          GatewayProcess.config(google.baseUrl()).replace("port: 0", server)
              + "redis_url: %s\nclients: [{name: c, token: %s}]\n"
                  .formatted(redis.url(), TwoGateways.CLIENT);
      google.script().whenKey(Rig.key(0), Errors.tooManyRequestsPerDay("gemini-2.5-flash"));
      try (GatewayProcess second = serve("second", config);
          GatewayProcess third = serve("third", config)) {
        try (GatewayProcess first = serve("first", config)) {
          int[] others = {second.port(), third.port()};
          int port = first.port();
          // The first request of a process takes long; it is not what is measured.
          for (int other : others) {
            TwoGateways.admin(other, "GET", TwoGateways.path(0));
          }
          RedisServer.await(
              "the key to be refused",
              () ->
                  TwoGateways.post(port).status() == 200
                      && google.journal().countOf(Rig.key(0)) > 0);
          long begun = System.nanoTime();
          for (int other : others) {
            awaitCooling(other);
          }
          System.out.println(
              "two other processes knew after ms: " + (System.nanoTime() - begun) / 1_000_000);
          long sent = google.journal().countOf(Rig.key(0));
          for (int i = 0; i < 10; i++) {
            assertEquals(200, TwoGateways.post(others[i % 2]).status());
          }
          assertEquals(sent, google.journal().countOf(Rig.key(0)));
          first.signal("KILL");
        }
        try (GatewayProcess again = serve("first", config)) {
          awaitCooling(again.port());
        }
        String all = String.join("\n", redis.dump()) + second.log() + third.log();
        for (String secret : new String[] {Rig.key(0), TwoGateways.TOKEN, TwoGateways.CLIENT}) {
          assertFalse(all.contains(secret), all);
        }
      }
    }
  }
}
