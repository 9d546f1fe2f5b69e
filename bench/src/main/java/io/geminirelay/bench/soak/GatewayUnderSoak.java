package io.geminirelay.bench.soak;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A gateway in a process of its own, and what the operating system and its JVM tell of it. */
final class GatewayUnderSoak implements AutoCloseable {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern THREAD = Pattern.compile("(?m)^\"([^\"]+)\".* os_prio=\\S+ .*$");
  private static final int START_SECONDS = 120;
  private static final int CALM_LOOKS = 6;

  /** Of each kind, at most. */
  private static final int STORE_THREADS = 2;

  private final Path folder;
  private final int port;
  private final @Nullable String tls;
  private final @Nullable Path caFile;
  private final Setting setting;
  private final Process process;
  private final AtomicLong ownRequests = new AtomicLong();
  private int change;

  /**
   * Starts it in {@code folder}.
   *
   * @param command what is run, without the arguments that name the configuration
   * @param tls certificate and key as in the configuration, or null for plain connections
   */
  GatewayUnderSoak(
      Path folder,
      List<String> command,
      String options,
      Setting setting,
      @Nullable String tls,
      @Nullable Path caFile)
      throws IOException {
    this.folder = folder;
    this.setting = setting;
    this.tls = tls;
    this.caFile = caFile;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
    writeConfig();
    List<String> line =
        Stream.concat(command.stream(), Stream.of("serve", "-c", config().toString())).toList();
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("JAVA_OPTS", options);
    builder.environment().keySet().removeIf(name -> name.startsWith("GEMINI_"));
    this.process = builder.redirectErrorStream(true).redirectOutput(log().toFile()).start();
  }

  /** Waits until it serves. */
  void awaitServing() throws IOException, InterruptedException {
    for (int i = 0; !serves(); i++) {
      if (!process.isAlive() || i > START_SECONDS * 10) {
        throw new IOException("the gateway does not start; see " + log());
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /**
   * Waits until it has had time for everything for a second and more: a process that has just been
   * started competes with its own compiler. Whether it still has not shows in what comes.
   */
  void awaitUnloaded() throws InterruptedException {
    long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    for (int calm = 0; calm < CALM_LOOKS && System.nanoTime() < last; calm++) {
      TimeUnit.MILLISECONDS.sleep(250);
      if (scrape().sum("gemini_relay_load_level") > 0) {
        calm = -1;
      }
    }
  }

  private boolean serves() {
    try {
      return get("/health").status() > 0;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** The authority of its certificate; null where it speaks plainly. */
  @Nullable Path caFile() {
    return tls == null ? null : caFile;
  }

  Path log() {
    return folder.resolve("gateway.log");
  }

  Path config() {
    return folder.resolve("relay.yaml");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** A connection over HTTP/1.1. */
  TestClient connect() {
    return tls == null || caFile == null ? TestClient.connect(port) : TestClient.tls(port, caFile);
  }

  /** Requests of {@link #get} and {@link #send} so far. */
  long ownRequests() {
    return ownRequests.get();
  }

  /** Asks it as the operator. */
  Response get(String path) {
    try (TestClient client = connect()) {
      Response answer = client.exchange("GET", path, operator(), null);
      ownRequests.incrementAndGet();
      return answer;
    }
  }

  /** The same with a body. */
  Response send(String method, String path, String json) {
    try (TestClient client = connect()) {
      ownRequests.incrementAndGet();
      return client.exchange(method, path, operator(), json.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static List<Header> operator() {
    return Header.list(
        "authorization", "Bearer " + Setting.ADMIN_TOKEN, "content-type", "application/json");
  }

  Scrape scrape() {
    return Scrape.of(get("/metrics").text());
  }

  /** Writes a configuration that differs from the last. */
  synchronized void writeConfig() throws IOException {
    Files.writeString(config(), setting.yaml(port, tls, change++));
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Bytes of live objects, after a collection. */
  long heapBytes() throws IOException, InterruptedException {
    Matcher total = TOTAL.matcher(jcmd("GC.class_histogram"));
    if (!total.find()) {
      throw new IOException("jcmd told no histogram");
    }
    return Long.parseLong(total.group(1));
  }

  /** Names of its Java threads, numbers taken off, and how many there are of each. */
  Map<String, Integer> threads() throws IOException, InterruptedException {
    Map<String, Integer> threads = new TreeMap<>();
    Matcher matcher = THREAD.matcher(jcmd("Thread.print"));
    while (matcher.find()) {
      String name = matcher.group(1).replaceAll("\\d+", "N");
      // Those of the JVM itself come and go as it likes.
      if (!name.matches(
          ".*(CompilerThread|GC|G1|VM |Attach Listener|Signal Dispatcher|Monitor|Service|Notification|Common-Cleaner|Finalizer|Reference Handler|DestroyJavaVM).*")) {
        threads.merge(name, 1, Integer::sum);
      }
    }
    // Its store's client starts them one by one, as it needs them.
    threads.replaceAll(
        (name, count) -> name.startsWith("lettuce-") ? Math.max(count, STORE_THREADS) : count);
    return threads;
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process run =
        new ProcessBuilder(tool.toString(), Long.toString(process.pid()), command)
            .redirectErrorStream(true)
            .start();
    String text = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    run.waitFor();
    return text;
  }

  /** What its file descriptors are, numbers taken off, and how many there are of each. */
  Map<String, Integer> descriptors() throws IOException {
    Map<String, Integer> kinds = new TreeMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      for (Path each : all.toList()) {
        // One that was closed meanwhile is no link any more.
        if (Files.isSymbolicLink(each)) {
          kinds.merge(targetOf(each).replaceAll("\\[\\d+\\]", ""), 1, Integer::sum);
        }
      }
    }
    return kinds;
  }

  private static String targetOf(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException e) {
      return "closed";
    }
  }

  /** Bytes of resident memory. */
  long residentBytes() throws IOException {
    return 1024
        * Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElse(0);
  }

  /** Asks it to stop and gives its exit code, or -1 if it did not in time. */
  int stop() throws InterruptedException {
    process.destroy();
    return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
