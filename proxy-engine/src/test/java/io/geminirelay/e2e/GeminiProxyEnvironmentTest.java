package io.geminirelay.e2e;

import static io.geminirelay.e2e.SimpleRig.assertFails;
import static io.geminirelay.e2e.SimpleRig.body;
import static io.geminirelay.e2e.SimpleRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.Engine;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The variables of the older proxy are all that its users have to set. */
class GeminiProxyEnvironmentTest {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "GEMINI_API_KEY", Rig.key(0),
          "API_KEYS", "token-one-of-two-0000,token-two-of-two-0000",
          "PORT", "0",
          "LOG_LEVEL", "DEBUG");

  @TempDir Path folder;

  /** All but the target's address, which no variable moves, is as the variables make it. */
  @Test
  void fourVariablesMakeAServiceThatAnswers() throws Exception {
    EngineConfig config = ConfigLoader.load(new ConfigSource(null, folder, VARIABLES)).config();
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      google.key(Rig.key(0), "project-a");
      Engine engine = Engine.of(towards(google.port(), config), TimeSource.SYSTEM);
      engine.start().toCompletableFuture().get(10, TimeUnit.SECONDS);
      try (TestClient client = TestClient.connect(engine.port())) {
        for (String token : List.of("token-one-of-two-0000", "token-two-of-two-0000")) {
          assertEquals(
              "Echo: Hi", text(client.post(SimpleRig.PATH, body("Hi"), "X-API-KEY", token)));
        }
        assertFails(401, "UNAUTHORIZED", client.post(SimpleRig.PATH, body("Hi"), "X-API-KEY", "x"));
        assertEquals(Map.of(Rig.key(0), 2L), google.journal().countsByKey());
      } finally {
        engine.drain().toCompletableFuture().get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static EngineConfig towards(int port, EngineConfig config) {
    TargetConfig target =
        new TargetConfig(false, "127.0.0.1", port, "", UpstreamProtocol.AUTO, null);
    List<GroupConfig> groups =
        config.groups().stream()
            .map(
                g ->
                    new GroupConfig(
                        g.name(),
                        target,
                        g.egresses(),
                        g.modelAliases(),
                        g.keys(),
                        g.topP(),
                        g.limits()))
            .toList();
    return new EngineConfig(
        config.server(),
        config.clients(),
        config.openToAll(),
        groups,
        config.keys(),
        config.outbound(),
        config.breaker(),
        config.guard(),
        config.state(),
        config.dialects(),
        config.telemetry(),
        config.admin());
  }

  @Test
  void theProgramStartsWithThemAloneAndWritesNoSecret() throws Exception {
    String own = body("a prompt nobody logs", "gemini-2.5-flash", SimpleRig.OWN_KEY);
    GatewayProcess gateway = serve();
    Process process = gateway.process();
    try {
      int port = gateway.port();
      String token = "token-two-of-two-0000";
      assertFails(401, "UNAUTHORIZED", post(port, own, "no-token-of-anybody"));
      assertFails(400, "VALIDATION_ERROR", post(port, own.replace("model", "moddel"), token));
      assertFails(400, "PROMPT_TOO_LONG", post(port, body("x".repeat(10_001)), token));
    } finally {
      process.destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
    }
    assertEquals(0, process.exitValue());
    String log = gateway.log();
    for (String refusal :
        List.of(
            "client=- route=simple model=- status=401 outcome=refused fault=unauthenticated",
            "client=env-2 route=simple model=- status=400 outcome=refused fault=invalid_body",
            "client=env-2 route=simple model=- status=400 outcome=refused fault=prompt_too_long")) {
      assertTrue(log.contains(refusal), log);
    }
    for (String secret :
        List.of(SimpleRig.OWN_KEY, Rig.key(0), "token-two", "a prompt nobody logs")) {
      assertFalse(log.contains(secret), log);
    }
  }

  private static Response post(int port, String body, String token) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(SimpleRig.PATH, body, "X-API-KEY", token);
    }
  }

  private GatewayProcess serve() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(java, "-Xmx256m", "-cp", classPath, "io.geminirelay.Main");
    builder.environment().clear();
    builder.environment().putAll(VARIABLES);
    Process process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    return new GatewayProcess(folder, process);
  }
}
