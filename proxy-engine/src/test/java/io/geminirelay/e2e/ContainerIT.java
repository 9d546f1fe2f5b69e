package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.TestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container's image: it serves as its own user, tells its health, and stops when told to. */
class ContainerIT {
  @TempDir private Path folder;

  @Test
  void servesAsItsUserTellsItsHealthAndStops() throws Exception {
    Path tarball = Tarball.pack(Files.createDirectory(folder.resolve("packed")));
    Path build = Files.createDirectory(folder.resolve("build"));
    ContainerImage image = ContainerImage.build(build, tarball);
    Map<?, ?> config = image.config();
    assertEquals("65532:65532", config.get("User"));
    List<String> serve = new ArrayList<>(list(config.get("Entrypoint")));
    serve.addAll(list(config.get("Cmd")));
    List<String> variables =
        List.of("PORT=0", "GEMINI_API_KEY_LIST=" + Rig.key(0), "API_KEYS=a-token-0123456789");
    Process process = image.start(folder.resolve("log"), variables, serve);
    try (GatewayProcess gateway = new GatewayProcess(folder, process)) {
      int port = gateway.port();
      ProcessHandle java =
          process.descendants().filter(ContainerIT::isJava).findFirst().orElseThrow();
      String status = Files.readString(Path.of("/proc/" + java.pid() + "/status"));
      String maps = Files.readString(Path.of("/proc/" + java.pid() + "/maps"));
      assertTrue(maps.contains("/opt/gemini-relay/archive/classes."), gateway.log());
      assertTrue(status.contains("\nUid:\t65532\t65532\t65532\t65532\n"), status);
      try (TestClient client = TestClient.connect(port)) {
        assertEquals(401, client.post(Rig.UNARY, Rig.BODY).status());
      }
      // The check as the image has it, but for the port.
      List<String> check =
          new ArrayList<>(list(((Map<?, ?>) config.get("Healthcheck")).get("Test")));
      assertEquals("CMD", check.remove(0));
      check.replaceAll(word -> word.replace(":8080", ":" + port));
      assertTrue(check.toString().contains(":" + port), check::toString);
      assertEquals(new Tarball.Ran(0, ""), image.run(check));
      assertTrue(java.destroy(), "SIGTERM");
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
      assertEquals(0, process.exitValue(), gateway.log());
      assertEquals(1, image.run(check).code());
    }
  }

  private static boolean isJava(ProcessHandle each) {
    return each.info().command().filter(name -> name.endsWith("/runtime/bin/java")).isPresent();
  }

  private static List<String> list(Object words) {
    return ((List<?>) words).stream().map(String::valueOf).toList();
  }
}
