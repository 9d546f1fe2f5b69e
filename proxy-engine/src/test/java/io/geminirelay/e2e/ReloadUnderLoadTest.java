package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reloads by signal, by the admin interface and by the file itself, while clients ask. */
class ReloadUnderLoadTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final String TOKEN = "operators-own-token-0000";
  private static final String OK = "gemini_relay_config_changes_total{result=\"ok\"}";
  private static final String REFUSED = "gemini_relay_config_changes_total{result=\"refused\"}";
  private static final int RELOADS = 100;

  /** Each of these takes the file watch a second or so. */
  private static final int WATCHED_EVERY = 25;

  /** Of a key that is not valid. */
  private static final Duration FIRST_REST = Duration.ofMinutes(1);

  private static final String RESTING = Rig.key(8);
  private static final String INVALID = Rig.key(9);

  @TempDir Path folder;

  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final AtomicBoolean over = new AtomicBoolean();

  @AfterEach
  void stop() {
    google.close();
  }

  /** With the first key always, and with those of the others that {@code bits} names. */
  private String yaml(int bits, String more) {
    String keys =
        IntStream.of(0, 1, 2, 3, 8, 9)
            .filter(i -> i == 0 || i > 3 || (bits >> (i - 1) & 1) != 0)
            .mapToObj(Rig::key)
            .collect(Collectors.joining(", "));
    return "server: {port: 0, admin_token: %s}\n%s\ngroups: [{name: g, target_url: \"%s\", api_keys: [%s]}]\n"
        .formatted(TOKEN, more, google.baseUrl(), keys);
  }

  private void put(String yaml) throws IOException {
    Path other = Files.writeString(folder.resolve("other"), yaml);
    Files.move(other, folder.resolve("relay.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void noRequestFailsAndNothingGrows() throws Exception {
    google.script().always(Reaction.usual(answer -> answer.paced(Duration.ofMillis(5))));
    google.script().whenKey(RESTING, Errors.tooManyRequestsPerDay());
    google.script().whenKey(INVALID, Errors.keyInvalid());
    try (GatewayProcess gateway = GatewayProcess.serve(folder, yaml(0, ""))) {
      int port = gateway.port();
      long begunNanos = System.nanoTime();
      // One after the other, so that no other request is on its way with them.
      try (TestClient first = TestClient.connect(port)) {
        while (!served(RESTING) || !served(INVALID)) {
          assertServed(first.post(Rig.UNARY, Rig.BODY));
        }
      }
      List<CompletableFuture<Integer>> load = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        load.add(inThread(() -> http1(port)));
        load.add(inThread(() -> http2(port)));
      }
      for (int i = 1; i <= RELOADS; i++) {
        reload(gateway, port, i);
        load.forEach(each -> assertTrue(!each.isDone(), "a client has ended: " + each));
      }
      over.set(true);
      int requests = 0;
      for (CompletableFuture<Integer> each : load) {
        requests += each.get(30, TimeUnit.SECONDS);
      }
      assertTrue(requests > RELOADS, requests + " requests");
      for (int i = 0; i <= 3; i++) {
        assertTrue(served(Rig.key(i)), "key " + i);
      }
      assertEquals(1, google.journal().countOf(RESTING), "it rests over every reload");
      long most = 1 + restsOverAfter(Duration.ofNanos(System.nanoTime() - begunNanos));
      long asked = google.journal().countOf(INVALID);
      assertTrue(asked >= 1 && asked <= most, asked + " of " + most + ": it rests over them too");
      assertTrue(google.journal().cancelled().isEmpty(), google.journal()::toString);
      Rig.await(() -> generations(gateway) == 1, "all generations but one to go");
    }
  }

  /** Each rest is twice as long as the one before: one is over after a minute, two after three. */
  private static int restsOverAfter(Duration time) {
    int over = 0;
    Duration rest = FIRST_REST;
    for (Duration end = rest; time.compareTo(end) >= 0; end = end.plus(rest)) {
      over++;
      rest = rest.multipliedBy(2);
    }
    return over;
  }

  private boolean served(String key) {
    return google.journal().countOf(key) > 0;
  }

  /** In turn by each of the ways, now and then with a wrong file. */
  private void reload(GatewayProcess gateway, int port, int i) throws Exception {
    boolean wrong = i % 10 == 5 || i % (2 * WATCHED_EVERY) == 0;
    Scrape before = Scrape.of(port);
    put(yaml(i % 8, wrong ? "no_such_setting: 1" : "max_wait_secs: " + (10 + i % 10)));
    if (i % WATCHED_EVERY == 0) {
      // by itself
    } else if (i % 2 == 0) {
      gateway.signal("HUP");
    } else {
      try (TestClient client = TestClient.connect(port)) {
        String[] token = {"Authorization", "Bearer " + TOKEN};
        Response answer = client.post("/admin/api/config/reload", "", token);
        assertEquals(wrong ? 422 : 200, answer.status(), answer::toString);
      }
    }
    String counted = wrong ? REFUSED : OK;
    Rig.await(
        () -> Scrape.of(port).value(counted) > before.value(counted),
        "reload " + i + " to count; see " + folder);
  }

  private static CompletableFuture<Integer> inThread(java.util.concurrent.Callable<Integer> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        task -> new Thread(task, "client").start());
  }

  private int http1(int port) {
    int served = 0;
    try (TestClient client = TestClient.connect(port)) {
      for (; !over.get(); served++) {
        assertServed(client.post(served % 2 == 0 ? Rig.UNARY : Rig.STREAM, Rig.BODY));
      }
    }
    return served;
  }

  private int http2(int port) {
    int served = 0;
    try (TestHttp2Client client = TestHttp2Client.plain(port)) {
      for (; !over.get(); served++) {
        assertServed(client.post(served % 2 == 0 ? Rig.UNARY : Rig.STREAM, Rig.BODY));
      }
    }
    return served;
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }

  /** How many configurations the process still has, after it has collected its garbage. */
  private static int generations(GatewayProcess gateway) {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  String.valueOf(gateway.process().pid()),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return histogram
          .lines()
          .map(line -> line.trim().split("\\s+"))
          .filter(columns -> columns.length > 3 && columns[3].equals("io.geminirelay.Generation"))
          .mapToInt(columns -> Integer.parseInt(columns[1]))
          .sum();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aKeyAndAClientThatAreRemovedFinishWhatTheyBegan() throws Exception {
    google.script().always(Reaction.usual(answer -> answer.paced(Duration.ofMillis(50))));
    String clients = "clients: [{name: stays, token: token-that-stays-00}%s]";
    String[] goes = {"Authorization", "Bearer token-that-goes-000"};
    String[] stays = {"Authorization", "Bearer token-that-stays-00"};
    Path file = folder.resolve("relay.yaml");
    put(yaml(0, clients.formatted(", {name: goes, token: token-that-goes-000}")));
    String both = Files.readString(file);
    // The key that is to go is the only one at first.
    put(both.replaceAll("api_keys: \\[.*\\]\\}\\]", "api_keys: [" + Rig.key(1) + "]}]"));
    try (Gateway gateway = Gateway.stored(file);
        TestClient client = TestClient.connect(gateway.port());
        TestClient other = TestClient.connect(gateway.port())) {
      client.request("POST", Rig.STREAM, Header.list(goes), BODY);
      google.journal().awaitRequests(1);
      put(both.replace(", {name: goes, token: token-that-goes-000}", ""));
      Response told =
          other.post("/admin/api/config/reload", "", "Authorization", "Bearer " + TOKEN);
      assertEquals(200, told.status(), told::toString);
      for (int i = 0; i < 5; i++) {
        assertServed(other.post(Rig.UNARY, Rig.BODY, stays));
      }
      assertServed(client.read());
      assertEquals(401, client.post(Rig.UNARY, Rig.BODY, goes).status());
      assertEquals(1, google.journal().countOf(Rig.key(1)));
      String gone = "/admin/api/keys/" + Secret.of(Rig.key(1)).fingerprint();
      assertEquals(
          404,
          other
              .exchange("GET", gone, Header.list("Authorization", "Bearer " + TOKEN), null)
              .status());
    }
  }
}
