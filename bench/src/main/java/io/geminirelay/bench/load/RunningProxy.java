package io.geminirelay.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process under measurement: where it listens and what it has used. */
final class RunningProxy implements AutoCloseable {
  private static final int START_SECONDS = 20;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  /** Linux counts in 1/100 s here on every machine it runs on (USER_HZ). */
  private static final long MICROS_PER_TICK = 10_000;

  private final Process process;
  private final int port;

  /** Waits until {@code process} listens. */
  RunningProxy(Process process, int port) throws IOException, InterruptedException {
    this.process = process;
    this.port = port;
    for (int i = 0; i < START_SECONDS * 20 && process.isAlive(); i++) {
      if (listens()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    close();
    throw new IOException("does not listen: " + process.info().commandLine().orElse("a process"));
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** Microseconds of CPU, user and system, of all threads since its start. */
  long cpuMicros() throws IOException {
    String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    // The name in brackets may hold blanks; what follows it is fields 3 and on (proc(5)).
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
        * MICROS_PER_TICK;
  }

  /** KB of resident memory. */
  long residentKb() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /** A port that was free just now. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Ends it as a crash does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    process
        .onExit()
        .orTimeout(3, TimeUnit.SECONDS)
        .whenComplete((ended, late) -> process.destroyForcibly())
        .exceptionally(late -> process)
        .join();
  }
}
