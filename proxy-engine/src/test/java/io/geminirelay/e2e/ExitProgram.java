package io.geminirelay.e2e;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A proxy program of the system, running as a child on a free port of 127.0.0.1. */
final class ExitProgram implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Which program, and so which protocol. */
  enum Kind {
    MICROSOCKS("microsocks", "socks5"),
    TINYPROXY("tinyproxy", "http");

    private final String program;
    private final String scheme;

    Kind(String program, String scheme) {
      this.program = program;
      this.scheme = scheme;
    }
  }

  private final Kind kind;
  private final int port;
  private final Path log;
  private final Process process;

  private ExitProgram(Kind kind, int port, Path log, Process process) {
    this.kind = kind;
    this.port = port;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts one and waits until it listens; skips the test if the program is not installed.
   *
   * @param password of the user {@code fleet}, or null if everybody may pass
   * @param folder for its settings and its log
   */
  static ExitProgram start(Kind kind, @Nullable String password, Path folder) throws Exception {
    return start(kind, password, folder, freePort());
  }

  /** The same on {@code port}. */
  static ExitProgram start(Kind kind, @Nullable String password, Path folder, int port)
      throws Exception {
    String program = find(kind.program);
    Assumptions.assumeTrue(program != null, kind.program + " is not installed");
    List<String> command = new ArrayList<>(List.of(String.valueOf(program)));
    if (kind == Kind.MICROSOCKS) {
      command.addAll(List.of("-i", "127.0.0.1", "-p", Integer.toString(port)));
      if (password != null) {
        command.addAll(List.of("-u", "fleet", "-P", password));
      }
    } else {
      String auth = password == null ? "" : "BasicAuth fleet " + password + "\n";
      Path settings = folder.resolve("tinyproxy.conf");
      Files.writeString(
          settings,
          "Listen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 20\nLogLevel Info\nPort "
              + port
              + "\n"
              + auth);
      command.addAll(List.of("-d", "-c", settings.toString()));
    }
    Path log = folder.resolve(kind.program + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    ExitProgram exit = new ExitProgram(kind, port, log, process);
    exit.await(exit::listens, "listening");
    return exit;
  }

  private static @Nullable String find(String program) {
    String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
    for (String folder : path.split(":", -1)) {
      File file = new File(folder, program);
      if (file.canExecute()) {
        return file.getPath();
      }
    }
    return null;
  }

  /** A port on which nothing listens at the moment. */
  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  private boolean listens() throws IOException {
    try (Socket probe = new Socket("127.0.0.1", port)) {
      return probe.isConnected();
    } catch (java.net.ConnectException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** The exit as settings name it. */
  String url(@Nullable String password) {
    String user = password == null ? "" : "fleet:" + password + "@";
    return kind.scheme + "://" + user + "127.0.0.1:" + port;
  }

  /** Waits until the program's log says so. */
  void awaitLog(String text) throws Exception {
    await(() -> log().contains(text), "\"" + text + "\" in the log");
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private void await(Condition condition, String what) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.holds()) {
      boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
      if (ended || System.nanoTime() - deadline > 0) {
        close();
        throw new AssertionError(kind.program + ": waited in vain for " + what + ": " + log());
      }
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** Ends the program at once. */
  void kill() {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
