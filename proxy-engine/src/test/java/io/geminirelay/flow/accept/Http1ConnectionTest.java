package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.telemetry.Refusal;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class Http1ConnectionTest {
  private static final String GET = "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n";

  private static void send(Socket socket, String text) throws Exception {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void readsRequestsSplitAtEveryByte() throws Exception {
    String request =
        "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "5;x=y\r\nhello\r\n3\r\nyou\r\n0\r\nT: v\r\n\r\n";
    try (AcceptServer server = AcceptServer.plain()) {
      String whole = server.exchange(request);
      assertTrue(whole.endsWith("POST /p helloyou"), whole);
      for (int cut = 1; cut < request.length(); cut++) {
        try (Socket socket = server.connect()) {
          socket.setTcpNoDelay(true);
          send(socket, request.substring(0, cut));
          send(socket, request.substring(cut));
          assertEquals(whole, AcceptServer.readAll(socket), "cut at " + cut);
        }
      }
      try (Socket socket = server.connect()) {
        socket.setTcpNoDelay(true);
        OutputStream out = socket.getOutputStream();
        for (byte b : request.getBytes(StandardCharsets.ISO_8859_1)) {
          out.write(b);
        }
        assertEquals(whole, AcceptServer.readAll(socket));
      }
    }
  }

  @Test
  void answersPipelinedRequestsInOrder() throws Exception {
    try (AcceptServer server = AcceptServer.plain();
        Socket socket = server.connect()) {
      send(
          socket,
          "\r\n"
              + GET.formatted("hold1")
              + GET.formatted("2")
              + GET.formatted("hold3")
              + GET.formatted("4"));
      AcceptServer.await(() -> server.held.size() == 1);
      assertEquals("[GET /hold1]", server.good.toString());
      server.held.remove().run();
      assertTrue(AcceptServer.readAnswer(socket).endsWith("GET /hold1 "));
      assertTrue(AcceptServer.readAnswer(socket).endsWith("GET /2 "));
      AcceptServer.await(() -> server.held.size() == 1);
      assertEquals("[GET /hold1, GET /2, GET /hold3]", server.good.toString());
      server.held.remove().run();
      assertTrue(AcceptServer.readAnswer(socket).endsWith("GET /hold3 "));
      assertTrue(AcceptServer.readAnswer(socket).endsWith("GET /4 "));
    }
  }

  @Test
  void noticesClientThatLeavesWhileItsAnswerIsMade() throws Exception {
    try (AcceptServer server = AcceptServer.plain()) {
      try (Socket socket = server.connect()) {
        send(socket, GET.formatted("hold") + GET.formatted("never"));
        AcceptServer.await(() -> server.held.size() == 1);
      }
      AcceptServer.await(() -> server.gone.contains("/hold"));
      assertEquals("[GET /hold]", server.good.toString());
    }
  }

  @Test
  void keepsOrEndsConnectionAsAsked() throws Exception {
    try (AcceptServer server = AcceptServer.plain()) {
      try (Socket socket = server.connect()) {
        send(socket, GET.formatted("a"));
        assertFalse(AcceptServer.readAnswer(socket).contains("onnection:"));
        send(socket, "GET http://a/abs?q HTTP/1.1\r\nHost: a\r\n\r\n");
        assertTrue(AcceptServer.readAnswer(socket).endsWith("GET /abs?q "));
        send(
            socket, "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + GET.formatted("c"));
        assertTrue(AcceptServer.readAll(socket).contains("connection: close"));
      }
      assertFalse(server.good.contains("GET /c"));
      assertTrue(server.exchange("GET /0 HTTP/1.0\r\n\r\n").contains("connection: close"));
      try (Socket socket = server.connect()) {
        send(socket, "GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertTrue(AcceptServer.readAnswer(socket).contains("connection: keep-alive"));
        send(socket, "HEAD /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertTrue(AcceptServer.readAll(socket).endsWith("\r\n\r\n"));
      }
    }
  }

  @Test
  void closesAfterAnswerThatCameBeforeTheBody() throws Exception {
    try (AcceptServer server = AcceptServer.plain()) {
      String answer =
          server.exchange("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
      assertTrue(answer.contains("connection: close") && answer.endsWith("early"), answer);
    }
  }

  @Test
  void endsSlowHeadsSlowBodiesAndIdleConnections() throws Exception {
    Duration brief = Duration.ofMillis(200);
    ClientLimits limits =
        new ClientLimits(512, 2048, 1 << 20, brief, brief, brief, 200, 0, brief, 0, 0);
    try (AcceptServer server = new AcceptServer(limits, 10, null)) {
      String head = server.exchange("GET / HT");
      assertTrue(head.startsWith("HTTP/1.1 408 "), head);
      String body = server.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
      assertTrue(body.startsWith("HTTP/1.1 408 "), body);
      assertEquals("", server.exchange(""));
      try (Socket socket = server.connect()) {
        send(socket, GET.formatted("a"));
        AcceptServer.readAnswer(socket);
        assertEquals("", AcceptServer.readAll(socket));
      }
    }
  }

  @Test
  void refusesConnectionsBeyondTheLimit() throws Exception {
    try (AcceptServer server = new AcceptServer(AcceptServer.LIMITS, 1, null);
        Socket first = server.connect()) {
      send(first, GET.formatted("a"));
      AcceptServer.readAnswer(first);
      try (Socket second = server.connect()) {
        // By a reset, so that nothing of it stays behind.
        assertThrows(SocketException.class, () -> second.getInputStream().read());
      }
      assertEquals(1, server.connections.refusals().of(Refusal.TOO_MANY));
      assertEquals(1, server.connections.open());
    }
  }

  @Test
  void drainsIdleAtOnceAndBusyAfterTheirAnswer() throws Exception {
    try (AcceptServer server = AcceptServer.plain();
        Socket idle = server.connect();
        Socket busy = server.connect()) {
      send(idle, GET.formatted("a"));
      AcceptServer.readAnswer(idle);
      send(busy, GET.formatted("hold"));
      AcceptServer.await(() -> server.held.size() == 1);
      server.listener.stopAccepting().toCompletableFuture().join();
      var drained = server.drain(Duration.ofSeconds(20));
      assertEquals("", AcceptServer.readAll(idle));
      server.held.remove().run();
      assertTrue(AcceptServer.readAll(busy).contains("connection: close"));
      assertTrue(drained.toCompletableFuture().get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void forcesWhatIsLeftAtTheDeadline() throws Exception {
    try (AcceptServer server = AcceptServer.plain();
        Socket busy = server.connect()) {
      send(busy, GET.formatted("hold"));
      AcceptServer.await(() -> server.held.size() == 1);
      var drained = server.drain(Duration.ofMillis(50));
      assertFalse(drained.toCompletableFuture().get(10, TimeUnit.SECONDS));
      assertEquals("", AcceptServer.readAll(busy));
    }
  }
}
