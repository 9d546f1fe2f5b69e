package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.RelayCommand;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code health}: its exit code is what a container's health check goes by. */
class HealthCommandTest {
  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  @Test
  void endsWithZeroWhileTheGatewayServesAndWithOneWhileItDoesNot() throws Exception {
    String url;
    try (Rig rig = Rig.of(GeminiSimulator.plain(new FakeTime()), "", 1, "")) {
      url = "http://127.0.0.1:" + rig.port();
      assertEquals(0, health("--url", url), err::toString);
      assertEquals("", err.toString());
      assertEquals(1, health("--url", url + "/no-such-page"));
      assertTrue(err.toString().contains("it does not serve"), err::toString);
    }
    assertEquals(1, health("--url", url));
    assertTrue(err.toString().contains("no answer from " + url), err::toString);
  }

  @Test
  void asksWhereTheConfigurationListens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String config = "server: {port: %d}\ngroups: [{name: g, api_keys: [k]}]\n".formatted(port);
    Path file = Files.writeString(folder.resolve("relay.yaml"), config);
    assertEquals(1, health("-c", file.toString()));
    assertTrue(err.toString().contains("http://127.0.0.1:" + port), err::toString);
    Files.writeString(file, "servr: {}\n");
    assertEquals(3, health("-c", file.toString()));
    assertEquals(2, health("--url", "ftp://127.0.0.1"));
  }

  @Test
  void theHeadIsEnough() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (ServerSocket dripping = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Future<Integer> code =
          other.submit(() -> health("--url", "http://127.0.0.1:" + dripping.getLocalPort()));
      try (Socket asked = dripping.accept()) {
        String begun = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
        asked.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
        assertEquals(0, code.get(30, TimeUnit.SECONDS));
      }
    } finally {
      other.shutdownNow();
    }
  }

  private int health(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "health";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return RelayCommand.commandLine().setErr(new PrintWriter(err)).execute(all);
  }
}
