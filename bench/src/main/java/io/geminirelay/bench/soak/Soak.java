package io.geminirelay.bench.soak;

import io.geminirelay.bench.load.RedisProcess;
import io.geminirelay.testing.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One run: everything is started, loaded, broken, left in peace, looked at and stopped. */
final class Soak {
  private static final int WARM_UP_REQUESTS = 60;
  private static final int PATIENCE_SECONDS = 20;

  private final Plan plan;
  private final long millis;
  private final int rate;
  private final boolean sharing;
  private final List<String> command;
  private final String options;
  private final Path folder;
  private final Ledger ledger = new Ledger();
  private final Findings findings = new Findings();
  private final Stalls stalls = new Stalls();
  private final List<GatewayUnderSoak> gateways = new ArrayList<>();
  private final List<Exit> exits = new ArrayList<>();

  /** What a gateway holds when nothing goes on. */
  private record Rest(Map<String, Integer> descriptors, Map<String, Integer> threads) {}

  Soak(
      Plan plan,
      long millis,
      int rate,
      boolean sharing,
      List<String> command,
      String options,
      @Nullable Path folder)
      throws IOException {
    this.plan = plan;
    this.millis = millis;
    this.rate = rate;
    this.sharing = sharing;
    this.command = command;
    this.options = options;
    this.folder =
        folder != null ? Files.createDirectories(folder) : Files.createTempDirectory("soak");
  }

  Path folder() {
    return folder;
  }

  /** How much the machine let this process wait. */
  Stalls stalls() {
    return stalls;
  }

  Findings run() throws Exception {
    stalls.start();
    try (stalls;
        TestCertificates certificates = TestCertificates.forNames();
        Upstreams upstreams = new Upstreams(ledger, plan, certificates)) {
      RedisProcess redis = sharing ? new RedisProcess(folder) : null;
      try {
        exits.add(new Exit(false));
        exits.add(new Exit(true));
        startGateways(certificates, upstreams, redis);
        loaded(upstreams, redis);
      } finally {
        gateways.forEach(GatewayUnderSoak::close);
        for (Exit exit : exits) {
          exit.close();
        }
        if (redis != null) {
          redis.close();
        }
      }
    }
    return findings;
  }

  private void startGateways(
      TestCertificates certificates, Upstreams upstreams, @Nullable RedisProcess redis)
      throws Exception {
    Files.writeString(
        folder.resolve("cert.pem"), certificates.chainPem(), StandardCharsets.US_ASCII);
    Files.writeString(
        folder.resolve("key.pem"), certificates.privateKeyPem(), StandardCharsets.US_ASCII);
    Setting setting =
        new Setting(
            upstreams.targets(),
            exits.stream().map(Exit::url).toList(),
            certificates.caFile(),
            redis == null ? null : redis.url());
    String tls =
        "{certificate: %s, private_key: %s}"
            .formatted(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    for (String name : List.of("plain", "tls")) {
      gateways.add(
          new GatewayUnderSoak(
              Files.createDirectories(folder.resolve(name)),
              command,
              options,
              setting,
              name.equals("tls") ? tls : null,
              certificates.caFile()));
    }
    for (GatewayUnderSoak gateway : gateways) {
      gateway.awaitServing();
    }
    for (GatewayUnderSoak gateway : gateways) {
      gateway.awaitUnloaded();
    }
  }

  private void loaded(Upstreams upstreams, @Nullable RedisProcess redis) throws Exception {
    Load load = new Load(gateways, ledger, plan, rate);
    AtomicInteger turns = new AtomicInteger();
    load.run(() -> turns.incrementAndGet() > Math.min(rate, WARM_UP_REQUESTS));
    List<Rest> before = new ArrayList<>();
    for (GatewayUnderSoak gateway : gateways) {
      awaitRest(gateway);
      // The first look at threads opens the socket that such questions come by.
      Map<String, Integer> threads = gateway.threads();
      before.add(new Rest(gateway.descriptors(), threads));
    }
    List<Watcher> watchers = gateways.stream().map(Watcher::new).toList();
    Chaos chaos = new Chaos(plan, gateways, upstreams, exits, redis);
    MemoryWatch memory = new MemoryWatch(gateways, millis);
    long start = System.nanoTime();
    plan.calm(false);
    memory.start();
    chaos.start();
    load.run(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(millis));
    plan.calm(true);
    chaos.end();
    List<String> unwatched = new ArrayList<>();
    for (int i = 0; i < watchers.size(); i++) {
      if (watchers.get(i).ended() || watchers.get(i).bytes() == 0) {
        unwatched.add("gateway " + i + ": " + watchers.get(i).bytes() + " bytes");
      }
      watchers.get(i).end();
    }
    memory.end();
    findings.noneInTime(
        "the plan was carried out", plan.events().size() + " events", chaos.troubles());
    findings.noneInTime("an event stream lasted all the time", "1 of each gateway", unwatched);
    lookBack(upstreams, chaos, memory, before, (System.nanoTime() - start) / 60e9);
  }

  private void lookBack(
      Upstreams upstreams, Chaos chaos, MemoryWatch memory, List<Rest> before, double minutes)
      throws Exception {
    List<Scrape> pages = new ArrayList<>();
    List<Long> own = new ArrayList<>();
    for (int i = 0; i < gateways.size(); i++) {
      GatewayUnderSoak gateway = gateways.get(i);
      rested(i, before.get(i));
      secretPages(i);
      // What is answered now, and its event stream, which is told when it ends.
      own.add(gateway.ownRequests() + 1);
      Scrape page = gateway.scrape();
      Files.writeString(folder.resolve("metrics-" + i + ".txt"), page.text());
      pages.add(page);
      memory.check(findings, i);
    }
    // Exits are tried by connections of a moment.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (upstreams.connections() > 0 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    int left = upstreams.connections();
    findings.check(
        "upstreams have no connection left",
        left == 0,
        left + " open, malformed " + upstreams.malformed(),
        upstreams.malformed());
    List<LogFacts> logs = new ArrayList<>();
    for (int i = 0; i < gateways.size(); i++) {
      int code = gateways.get(i).stop();
      findings.check("gateway " + i + " stops with 0", code == 0, "code " + code, List.of());
      LogFacts log = LogFacts.of(gateways.get(i).log());
      logs.add(log);
      String where = gateways.get(i).log().toString();
      findings.none("gateway " + i + ": no leak in the log", where, log.leaks());
      findings.none("gateway " + i + ": no error, no stack trace", where, log.troubles());
      findings.none("gateway " + i + ": no key, no token in the log", where, log.secrets());
    }
    new Accounts(ledger, logs, pages, chaos.windows(), findings)
        .check(own, IntStream.range(0, gateways.size()).mapToObj(chaos::brokenHeads).toList());
    new Limits(ledger, gateways.size(), sharing, plan.redisRestarts()).check(findings, minutes);
  }

  /** Waits until nothing is under way and no connection is kept; the soak's own one may be. */
  private static boolean awaitRest(GatewayUnderSoak gateway) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < end) {
      if (busy(gateway.scrape()).isEmpty()) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    return false;
  }

  private static List<String> busy(Scrape page) {
    List<String> busy = new ArrayList<>();
    Map<String, Long> allowed =
        Map.of(
            "gemini_relay_requests_in_flight", 0L,
            "gemini_relay_requests_waiting", 0L,
            "gemini_relay_streams_open", 0L,
            "gemini_relay_client_requests_in_flight", 0L,
            "gemini_relay_upstream_pool", 0L,
            "gemini_relay_client_connections", 1L);
    allowed.forEach(
        (name, most) -> {
          if (page.sum(name) > most) {
            busy.add(name + " " + page.sum(name));
          }
        });
    return busy;
  }

  private void rested(int number, Rest before) throws Exception {
    GatewayUnderSoak gateway = gateways.get(number);
    String name = "gateway " + number;
    boolean rests = awaitRest(gateway);
    Scrape page = gateway.scrape();
    findings.check(
        name + ": nothing in flight, no connection kept", rests, busy(page).toString(), busy(page));
    long usable = page.sum("gemini_relay_keys", "state=\"invalid\"");
    findings.check(
        name + ": every key that was refused is back",
        usable == 0,
        usable + " invalid of " + page.sum("gemini_relay_keys"),
        page.text().lines().filter(line -> line.startsWith("gemini_relay_keys{")).toList());
    same(name + ": file descriptors are back", before.descriptors, gateway::descriptors);
    same(name + ": threads are back", before.threads, gateway::threads);
  }

  /** What is held of something just now. */
  private interface Look {
    Map<String, Integer> now() throws Exception;
  }

  /** Waits until there is no more of anything than there was before. */
  private void same(String name, Map<String, Integer> before, Look look) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Map<String, Integer> after = look.now();
    while (!more(before, after).isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(200);
      after = look.now();
    }
    findings.none(name, sum(before) + " before, " + sum(after) + " after", more(before, after));
  }

  private static List<String> more(Map<String, Integer> before, Map<String, Integer> after) {
    List<String> more = new ArrayList<>();
    after.forEach(
        (kind, count) -> {
          int were = before.getOrDefault(kind, 0);
          if (count > were) {
            more.add(kind + ": " + were + " before, " + count + " after");
          }
        });
    return more;
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void secretPages(int number) {
    Map<String, String> found = new TreeMap<>();
    for (String path :
        List.of(
            "/metrics",
            "/health/detailed",
            "/admin/api/keys",
            "/admin/api/config",
            "/admin/api/requests?limit=1000",
            "/admin/api/exits",
            "/admin/api/clients")) {
      String text = gateways.get(number).get(path).text();
      for (String secret : Setting.secrets()) {
        if (text.contains(secret)) {
          found.put(path, secret);
        }
      }
    }
    findings.none(
        "gateway " + number + ": no key, no token in its pages",
        "7 pages",
        found.entrySet().stream().map(String::valueOf).toList());
  }
}
