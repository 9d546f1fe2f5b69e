package io.geminirelay.bench.load.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process under measurement: where it listens and what it has used. */
public final class RunningProxy implements AutoCloseable {
  private static final int START_SECONDS = 20;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  /** Linux counts in 1/100 s here on every machine it runs on (USER_HZ). */
  private static final long MICROS_PER_TICK = 10_000;

  private final Process process;
  private final int port;

  /** A run that is ended by a signal leaves nothing behind. */
  private final Thread hook;

  /** Waits until {@code process} listens. */
  public RunningProxy(Process process, int port) throws IOException, InterruptedException {
    this.process = process;
    this.port = port;
    this.hook = new Thread(process::destroy, "ends-" + port);
    Runtime.getRuntime().addShutdownHook(hook);
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

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** What it has used of the CPU up to now. */
  public CpuTime cpu() throws IOException {
    return CpuTime.of(process.pid(), cpuMicros());
  }

  /** Microseconds of CPU, user and system, of all threads since its start, to 1/100 s. */
  public long cpuMicros() throws IOException {
    String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    // The name in brackets may hold blanks; what follows it is fields 3 and on (proc(5)).
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
        * MICROS_PER_TICK;
  }

  /** KB of resident memory. */
  public long residentKb() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /** A port that was free just now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Ends it as a crash does. */
  public void kill() {
    forgetHook();
    process.destroyForcibly().onExit().join();
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hooks run already: this one does as the others.
      process.destroy();
    }
  }

  @Override
  public void close() {
    forgetHook();
    process.destroy();
    process
        .onExit()
        .orTimeout(3, TimeUnit.SECONDS)
        .whenComplete((ended, late) -> process.destroyForcibly())
        .exceptionally(late -> process)
        .join();
  }
}
