package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Reaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process itself under load when it is told to stop. */
class SignalTest {
  private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+) ");
  private static final int CLIENTS = 16;

  @Test
  void drainsOnSigtermWithoutAFailedRequest(@TempDir Path folder) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      google
          .script()
          .always(
              Reaction.usual(
                  answer -> answer.paced(Duration.ofMillis(20)).delayed(Duration.ofMillis(20))));
      Process process = serve(folder, google.baseUrl());
      try {
        int port = port(folder);
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> load = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          load.add(CompletableFuture.runAsync(() -> askOn(port, served), task -> start(task)));
        }
        google.journal().awaitRequests(10 * CLIENTS);
        process.destroy();
        for (CompletableFuture<Void> client : load) {
          client.get(30, TimeUnit.SECONDS);
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
        assertEquals(0, process.exitValue());
        assertEquals(google.journal().requestCount(), served.get());
        assertTrue(google.journal().cancelled().isEmpty(), google.journal()::toString);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static void start(Runnable task) {
    new Thread(task, "client").start();
  }

  /** Asks one thing after the other until an answer says that it is the last. */
  private static void askOn(int port, AtomicInteger served) {
    try (TestClient client = TestClient.connect(port)) {
      boolean last = false;
      for (int i = 0; !last; i++) {
        Response answer = client.post(i % 2 == 0 ? Rig.UNARY : Rig.STREAM, Rig.BODY);
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
        served.incrementAndGet();
        last = "close".equals(answer.header("connection"));
      }
    }
  }

  private static Process serve(Path folder, String target) throws IOException {
    Path config = folder.resolve("relay.yaml");
    String group = "groups: [{name: g, target_url: \"%s\", api_keys: [%s, %s]}]\n";
    Files.writeString(
        config, "server: {port: 0}\n" + group.formatted(target, Rig.key(0), Rig.key(1)));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            classPath,
            "io.geminirelay.Main",
            "serve",
            "-c",
            config.toString());
    builder.environment().put("LOG_LEVEL", "INFO");
    return builder
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private static int port(Path folder) {
    AtomicInteger port = new AtomicInteger();
    Rig.await(
        () -> {
          Matcher matcher = LISTENING.matcher(log(folder));
          port.set(matcher.find() ? Integer.parseInt(matcher.group(1)) : 0);
          return port.get() > 0;
        },
        "the process to listen; see its log");
    return port.get();
  }

  private static String log(Path folder) {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
