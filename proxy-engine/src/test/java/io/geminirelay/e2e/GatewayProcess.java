package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway in a process of its own.
 *
 * @param folder has its configuration and what it wrote
 * @param process the process
 */
record GatewayProcess(Path folder, Process process) implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on \\S*:(\\d+) ");

  /** Serves any free port with two keys. */
  static String config(String target) {
    String group = "groups: [{name: g, target_url: \"%s\", api_keys: [%s, %s]}]\n";
    return "server: {port: 0}\n" + group.formatted(target, Rig.key(0), Rig.key(1));
  }

  /** Starts it with {@code config} in {@code folder}. */
  static GatewayProcess serve(Path folder, String config) throws IOException {
    Path file = Files.writeString(folder.resolve("relay.yaml"), config);
    return run(folder, Map.of(), "serve", "-c", file.toString());
  }

  /**
   * The same with little to live on.
   *
   * @param descriptors file descriptors at most; the class path takes some 150 of them
   * @param options of the virtual machine
   */
  static GatewayProcess scarce(Path folder, String config, int descriptors, String... options)
      throws IOException {
    Path file = Files.writeString(folder.resolve("relay.yaml"), config);
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", "ulimit -n $0; exec \"$@\"", "" + descriptors));
    List<String> java = command("serve", "-c", file.toString());
    java.addAll(2, List.of(options)); // behind the standard size of the heap
    command.addAll(java);
    return start(folder, Map.of(), command);
  }

  /** Sets how many file descriptors it may have from now on; those it has stay. */
  void allowDescriptors(int most) throws Exception {
    Process limit =
        new ProcessBuilder("prlimit", "--pid", "" + process.pid(), "--nofile=" + most + ":")
            .inheritIO()
            .start();
    assertEquals(0, limit.waitFor());
  }

  /** Starts the program in {@code folder}, which it may find a configuration in. */
  static GatewayProcess run(Path folder, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(folder, environment, command(arguments));
  }

  /** How the program is started with {@code arguments}. */
  static List<String> command(String... arguments) {
    return command(ClassArchive.options(), arguments);
  }

  /**
   * The same without an archive that there is already.
   *
   * @param options of the virtual machine, the class path among them
   */
  static List<String> command(List<String> options, String... arguments) {
    // The log as it is delivered, not that of the tests.
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    // It lives for seconds: half of its work would be to compile what is never used again.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add(
        "-Dlogback.configurationFile="
            + Path.of("src/main/resources/logback.xml").toAbsolutePath().toUri());
    command.addAll(options);
    command.add("io.geminirelay.Main");
    command.addAll(List.of(arguments));
    return command;
  }

  /** Starts a command in {@code folder}. */
  static GatewayProcess start(Path folder, List<String> command) throws IOException {
    return start(folder, Map.of(), command);
  }

  private static GatewayProcess start(
      Path folder, Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LOG_LEVEL", "INFO");
    builder.environment().putAll(environment);
    Process started =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    return new GatewayProcess(folder, started);
  }

  /** Puts another configuration in place. */
  void write(String config) throws IOException {
    Files.writeString(folder.resolve("relay.yaml"), config);
  }

  /** Sends a signal. */
  void signal(String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start();
    assertEquals(0, kill.waitFor());
  }

  /** What it has written so far. */
  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has written {@code text}. */
  void awaitLine(String text) {
    Rig.await(() -> log().contains(text), text + " in the log");
  }

  /** Waits until it has ended; returns its exit code. */
  int awaitEnd() throws InterruptedException {
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "still running: " + log());
    return process.exitValue();
  }

  /** The port it listens on, once it does. */
  int port() {
    AtomicInteger port = new AtomicInteger();
    Rig.await(
        () -> {
          Matcher matcher = LISTENING.matcher(log());
          port.set(matcher.find() ? Integer.parseInt(matcher.group(1)) : 0);
          return port.get() > 0 || !process.isAlive();
        },
        "the process to listen; see its log");
    assertTrue(port.get() > 0, this::log);
    return port.get();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
