package io.geminirelay.e2e;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** HAProxy in front of a gateway, passing bytes on as they are behind a PROXY header. */
record HaproxyProgram(int port, Path log, Process process) implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Starts one and waits until it listens; skips the test if the program is not installed.
   *
   * @param gateway the gateway's port
   * @param way option of the server line that makes it send the header
   * @param folder for its settings and its log
   */
  static HaproxyProgram start(int gateway, String way, Path folder) throws Exception {
    String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
    File program =
        Stream.of(path.split(":", -1))
            .map(place -> new File(place, "haproxy"))
            .filter(File::canExecute)
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(program != null, "haproxy is not installed");
    int port = ExitProgram.freePort();
    Path settings = folder.resolve("haproxy.cfg");
    Files.writeString(
        settings,
        """
        global
          maxconn 100
        defaults
          mode tcp
          timeout connect 5s
          timeout client 20s
          timeout server 20s
        listen gateway
          bind 127.0.0.1:%d
          server gateway 127.0.0.1:%d %s
        """
            .formatted(port, gateway, way));
    Path log = folder.resolve("haproxy.log");
    Process process =
        new ProcessBuilder(String.valueOf(program), "-db", "-f", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    HaproxyProgram started = new HaproxyProgram(port, log, process);
    started.awaitListening();
    return started;
  }

  private void awaitListening() throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!listens()) {
      boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
      if (ended || System.nanoTime() - deadline > 0) {
        close();
        throw new AssertionError("haproxy does not listen: " + Files.readString(log));
      }
    }
  }

  private boolean listens() throws IOException {
    try (Socket probe = new Socket("127.0.0.1", port)) {
      return probe.isConnected();
    } catch (java.net.ConnectException e) {
      return false;
    }
  }

  /** The status of an answer to a client with this address of its own. */
  int statusFrom(String address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
      socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
      socket.setSoTimeout(10_000);
      String ask = "GET /v1beta/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(ask.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(answer.substring(9));
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
