package io.geminirelay.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real {@code redis-server} on a free port of this machine, without anything on disk but what is
 * asked for. A test without the program installed is skipped.
 */
public final class RedisServer implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Every key and token of the tests has one of these in it. */
  private static final List<String> MARKS =
      List.of("AIza", "operators-own-token", "token-of-a-marked-client");

  private static final String DUMP_END = "that is all";

  /** Of a type that is not known here, it tells nothing at all. */
  private static final String DUMP =
      """
      local all, cursor = {}, '0'
      repeat
        local page = redis.call('SCAN', cursor, 'COUNT', 1000)
        cursor = page[1]
        for _, key in ipairs(page[2]) do
          local type = redis.call('TYPE', key).ok
          local value
          if type == 'string' then
            value = redis.call('GET', key) or ''
          elseif type == 'hash' then
            value = table.concat(redis.call('HGETALL', key), ' ')
          elseif type == 'zset' then
            value = table.concat(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'), ' ')
          elseif type == 'none' then
            value = 'over since it was found'
          else
            return redis.error_reply('unexpected type of ' .. key .. ': ' .. type)
          end
          all[#all + 1] = key .. ' = ' .. value
        end
      until cursor == '0'
      all[#all + 1] = '%s'
      return all
      """
          .formatted(DUMP_END);

  private final int port;
  private final Path folder;
  private final List<String> command;
  private final List<String> access;
  private final boolean sentinel;
  private Process process;

  private RedisServer(int port, Path folder, List<String> command, List<String> access) {
    this.port = port;
    this.folder = folder;
    this.command = command;
    this.access = access;
    this.sentinel = command.contains("--sentinel");
  }

  /** Skips the test where there is no {@code redis-server} and {@code redis-cli}. */
  public static void require() {
    Assumptions.assumeTrue(
        find("redis-server") != null && find("redis-cli") != null, "redis-server is not installed");
  }

  /** Starts one with these options, such as {@code --maxmemory 1mb}, and waits until it answers. */
  public static RedisServer start(Path folder, String... options) {
    return startWithAccess(folder, List.of(), options);
  }

  /**
   * Starts one that is not open to all.
   *
   * @param access what {@code redis-cli} needs to get in; {@code PORT} stands for the port
   */
  public static RedisServer startWithAccess(Path folder, List<String> access, String... options) {
    require();
    int port = freePort();
    List<String> command = new ArrayList<>(List.of(find("redis-server")));
    boolean plain = !Arrays.asList(options).contains("--tls-port");
    command.addAll(List.of("--port", plain ? Integer.toString(port) : "0"));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", folder.toString()));
    Stream.of(options)
        .map(option -> option.equals("PORT") ? Integer.toString(port) : option)
        .forEach(command::add);
    RedisServer server = new RedisServer(port, folder, command, access);
    server.restart();
    return server;
  }

  /**
   * Starts a Sentinel that watches {@code master} as {@code mymaster} and is a quorum by itself.
   */
  public static RedisServer startSentinel(Path folder, RedisServer master) {
    require();
    int port = freePort();
    Path settings = folder.resolve("sentinel-" + port + ".conf");
    write(
        settings,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor mymaster 127.0.0.1 %d 1
        sentinel down-after-milliseconds mymaster 2000
        sentinel failover-timeout mymaster 5000
        """
            .formatted(port, folder, master.port));
    List<String> command = List.of(find("redis-server"), settings.toString(), "--sentinel");
    RedisServer sentinel = new RedisServer(port, folder, command, List.of());
    sentinel.restart();
    return sentinel;
  }

  /** Starts {@code count} masters and joins them to a Cluster. */
  public static List<RedisServer> startCluster(Path folder, int count) {
    List<RedisServer> nodes = new ArrayList<>();
    List<String> join = new ArrayList<>(List.of("--cluster", "create"));
    for (int i = 0; i < count; i++) {
      RedisServer node =
          start(
              folder,
              "--cluster-enabled",
              "yes",
              "--cluster-config-file",
              "nodes-" + i + ".conf",
              "--cluster-node-timeout",
              "2000",
              "--cluster-port",
              Integer.toString(freePort()));
      nodes.add(node);
      join.add("127.0.0.1:" + node.port);
    }
    join.add("--cluster-yes");
    nodes.get(0).cli(join.toArray(String[]::new));
    for (RedisServer node : nodes) {
      await("the cluster is whole", () -> node.cli("CLUSTER", "INFO").contains("cluster_state:ok"));
    }
    return nodes;
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** Its URL, for one that is open to all. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Starts it again, on the same port; does nothing where it runs. */
  public void restart() {
    if (process != null && process.isAlive()) {
      return;
    }
    try {
      File log = folder.resolve("redis-" + port + ".log").toFile();
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await("redis-server answers", () -> cli("PING").contains("PONG"));
  }

  /** Ends it as a crash does, and waits for it. */
  public void kill() {
    process.destroyForcibly();
    waitFor(process);
  }

  /** Stops it where it is: it keeps its connections and answers nothing. */
  public void pause() {
    signal("STOP");
  }

  /** Lets it go on after {@link #pause}. */
  public void resume() {
    signal("CONT");
  }

  /** What {@code redis-cli} says to {@code arguments}. */
  public String cli(String... arguments) {
    List<String> line = new ArrayList<>(List.of(find("redis-cli"), "-p", Integer.toString(port)));
    line.addAll(access);
    line.addAll(List.of(arguments));
    return run(line);
  }

  /**
   * All keys with what they hold, a text each; what of it has more than one line, in several. One
   * script, which Redis does nothing beside.
   */
  public List<String> dump() {
    List<String> all = new ArrayList<>(cli("EVAL", DUMP, "0").lines().toList());
    if (all.isEmpty() || !all.remove(all.size() - 1).equals(DUMP_END)) {
      throw new AssertionError("it does not tell what it holds: " + all);
    }
    return all;
  }

  /** Fails where a key or token of the tests is in what it holds. */
  public void assertHoldsNoSecret() {
    dump().forEach(RedisServer::assertNoSecret);
  }

  /** Fails where a key or token of the tests is in {@code text}. */
  public static void assertNoSecret(String text) {
    for (String mark : MARKS) {
      if (text.contains(mark)) {
        throw new AssertionError("there is a secret in: " + text);
      }
    }
  }

  /**
   * Looks for secrets in what it holds, and ends it. One that does not run is not looked into, nor
   * is a Sentinel, which holds nothing and cannot be asked.
   */
  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      resume();
      try {
        if (!sentinel) {
          assertHoldsNoSecret();
        }
      } finally {
        kill();
      }
    }
  }

  /**
   * Looks for secrets in what the nodes of a Cluster hold, then ends them all: once one is away,
   * the others answer no more.
   */
  public static void closeAll(List<RedisServer> nodes) {
    try {
      nodes.stream()
          .filter(node -> node.process.isAlive())
          .forEach(RedisServer::assertHoldsNoSecret);
    } finally {
      nodes.stream().filter(node -> node.process.isAlive()).forEach(RedisServer::kill);
    }
  }

  /** Waits until {@code condition} holds; fails when that takes too long. */
  public static void await(String what, BooleanSupplier condition) {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        throw new AssertionError("in vain: " + what);
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  private void signal(String name) {
    run(List.of("kill", "-" + name, Long.toString(process.pid())));
  }

  private static String run(List<String> line) {
    try {
      Process started = new ProcessBuilder(line).redirectErrorStream(true).start();
      started.getOutputStream().close();
      String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      waitFor(started);
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void waitFor(Process process) {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError("a process does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String find(String program) {
    return Stream.of((System.getenv("PATH") + ":/usr/bin:/usr/sbin").split(":", -1))
        .map(place -> new File(place, program))
        .filter(File::canExecute)
        .map(File::getPath)
        .findFirst()
        .orElse(null);
  }
}
