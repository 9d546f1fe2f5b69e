package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An exit that is down is not asked once more for each key behind it. */
class DeadExitTest {
  @Test
  void oneRequestTriesADeadExitOnce() throws Exception {
    String keys =
        IntStream.range(0, 40)
            .mapToObj("AIzaTestKeyNumber%023d"::formatted)
            .collect(Collectors.joining(", "));
    AtomicInteger connections = new AtomicInteger();
    try (ServerSocket exit = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(() -> closeEach(exit, connections));
      String yaml =
          "groups: [{name: g, target_url: \"http://target.invalid\","
              + " proxy_url: \"socks5://127.0.0.1:%d\", api_keys: [%s]}]";
      try (Gateway gateway = Gateway.start(yaml.formatted(exit.getLocalPort(), keys));
          TestClient client = TestClient.connect(gateway.port())) {
        Response got = client.exchange("GET", "/v1beta/models", List.of(), new byte[0]);
        assertEquals(502, got.status(), got::text);
        assertTrue(got.text().contains("EGRESS_"), got::text);
        assertEquals(1, connections.get());
      }
      assertTrue(!closing.isDone());
    }
  }

  static void closeEach(ServerSocket exit, AtomicInteger connections) {
    try {
      while (true) {
        Socket socket = exit.accept();
        connections.incrementAndGet();
        socket.close();
      }
    } catch (java.io.IOException e) {
      // The test is over.
      return;
    }
  }
}
