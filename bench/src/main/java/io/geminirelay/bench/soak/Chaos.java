package io.geminirelay.bench.soak;

import io.geminirelay.bench.load.RedisProcess;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Does what the plan says, when it says so, and undoes it again. Thread safe. */
final class Chaos {
  private static final Pattern ID = Pattern.compile("\"id\" *: *\"([0-9a-f]+)\"");
  private static final int FLOOD = 90;

  private final Plan plan;
  private final List<GatewayUnderSoak> gateways;
  private final Upstreams upstreams;
  private final List<Exit> exits;
  private final @Nullable RedisProcess redis;
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(8);
  private final List<Window> windows = new CopyOnWriteArrayList<>();
  private final List<String> troubles = new CopyOnWriteArrayList<>();
  private final AtomicLongArray brokenHeads;

  /** When attempts of a group could be cut by what was broken on purpose; nanoseconds. */
  record Window(String group, long from, long to) {}

  Chaos(
      Plan plan,
      List<GatewayUnderSoak> gateways,
      Upstreams upstreams,
      List<Exit> exits,
      @Nullable RedisProcess redis) {
    this.plan = plan;
    this.gateways = gateways;
    this.brokenHeads = new AtomicLongArray(gateways.size());
    this.upstreams = upstreams;
    this.exits = exits;
    this.redis = redis;
  }

  /** When answers of a group may have been cut beside those that were poisoned. */
  List<Window> windows() {
    return windows;
  }

  /** What could not be done. */
  List<String> troubles() {
    return troubles;
  }

  /** Broken heads that gateway {@code number} answered with 400. */
  long brokenHeads(int number) {
    return brokenHeads.get(number);
  }

  /** Begins with the load. */
  void start() {
    for (Schedule.Event event : plan.events()) {
      timer.schedule(() -> guarded(event), event.atMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Something to do that may fail. */
  private interface Work {
    void run() throws Exception;
  }

  private void guarded(Schedule.Event event) {
    guarded(event, () -> happen(event));
  }

  private void guarded(Schedule.Event event, Work work) {
    try {
      work.run();
    } catch (Exception | AssertionError e) {
      troubles.add(event + ": " + e);
    }
  }

  private void later(Schedule.Event event, Work undo) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(event.forMillis());
    guarded(event, undo);
  }

  private void happen(Schedule.Event event) throws Exception {
    GatewayUnderSoak gateway = gateways.get(event.which() % gateways.size());
    Exit exit = exits.get(event.which() % exits.size());
    String group = Setting.GROUPS.get(1 + event.which() % 2);
    switch (event.what()) {
      case EXIT_DIES -> {
        breaking("secure", exit::die);
        later(event, exit::come);
      }
      case EXIT_IS_SILENT -> {
        exit.beSilent();
        later(event, exit::come);
      }
      case KEY_IS_REFUSED -> {
        String key = Setting.key(group, event.which() / 2 % Setting.KEYS_OF_A_GROUP);
        upstreams.refuse(key);
        later(event, () -> upstreams.accept(key));
        verifyKeys();
      }
      case RELOAD_BY_SIGNAL -> {
        gateway.writeConfig();
        gateway.signal("HUP");
      }
      case RELOAD_BY_FILE -> gateway.writeConfig();
      case CHANGE_BY_ADMIN ->
          expect(
              gateway.send(
                  "PATCH",
                  "/admin/api/config",
                  "{\"set\":{\"max_wait_secs\":" + (20 + event.which() % 9) + "}}"),
              200,
              409);
      case KEY_ADDED_AND_REMOVED -> addAndRemove(event, gateway);
      case CONNECTIONS_DROPPED -> breaking(group, () -> upstreams.drop(group));
      case STORM -> {
        plan.storm(true);
        later(event, () -> plan.storm(false));
      }
      case HICCUP -> {
        gateway.signal("STOP");
        TimeUnit.MILLISECONDS.sleep(Math.min(700, event.forMillis()));
        gateway.signal("CONT");
      }
      case CONNECTION_FLOOD -> flood(gateway);
      case REDIS_RESTARTS -> {
        if (redis != null) {
          redis.kill();
          later(event, redis::start);
        }
      }
    }
  }

  private void breaking(String group, Work work) throws Exception {
    long from = System.nanoTime();
    work.run();
    windows.add(new Window(group, from, System.nanoTime()));
  }

  private static void expect(Response answer, int... statuses) throws IOException {
    for (int status : statuses) {
      if (answer.status() == status) {
        return;
      }
    }
    throw new IOException(answer.toString());
  }

  private void addAndRemove(Schedule.Event event, GatewayUnderSoak gateway) throws Exception {
    String key = Setting.key("direct", 9);
    Response added =
        gateway.send("POST", "/admin/api/keys", "{\"group\":\"direct\",\"key\":\"" + key + "\"}");
    expect(added, 200, 201, 409);
    Matcher id = ID.matcher(added.text());
    if (added.status() == 409 || !id.find()) {
      return;
    }
    later(
        event,
        // 404: the file was written anew meanwhile, without the key.
        () ->
            expect(
                gateway.send("DELETE", "/admin/api/keys/" + id.group(1), ""), 200, 204, 404, 409));
  }

  /** Has every gateway ask about every key, by which those that were refused come back. */
  void verifyKeys() throws IOException {
    for (GatewayUnderSoak gateway : gateways) {
      expect(gateway.get("/health/detailed?validate=true"), 200, 503);
    }
  }

  /** Connections that say nothing, half of a head, or what is no HTTP. */
  private void flood(GatewayUnderSoak gateway) {
    List<TestClient> clients = new ArrayList<>();
    List<TestClient> broken = new ArrayList<>();
    try {
      for (int i = 0; i < FLOOD; i++) {
        TestClient client = TestClient.connect(gateway.port());
        clients.add(client);
        if (gateway.caFile() != null) {
          client.send(i % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : "\u0016\u0003");
        } else if (i % 3 == 1) {
          client.send("POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1\r\nHost: a");
        } else if (i % 3 == 2) {
          client.send(
              "POST /v1beta/models HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n");
          broken.add(client);
        }
      }
      for (TestClient client : broken) {
        Response answer = client.read();
        if (answer.status() == 400) {
          brokenHeads.incrementAndGet(gateways.indexOf(gateway));
        } else {
          troubles.add("a broken head was answered with " + answer);
        }
      }
    } finally {
      clients.forEach(Chaos::close);
    }
  }

  private static void close(TestClient client) {
    try {
      client.close();
    } catch (UncheckedIOException e) {
      // It was closed by the other side.
      return;
    }
  }

  /** Undoes what is left to undo and begins nothing more. */
  void end() throws IOException, InterruptedException {
    timer.shutdown();
    if (!timer.awaitTermination(30, TimeUnit.SECONDS)) {
      troubles.add("the plan did not come to its end");
    }
    plan.storm(false);
    for (Exit exit : exits) {
      exit.come();
    }
    verifyKeys();
  }
}
