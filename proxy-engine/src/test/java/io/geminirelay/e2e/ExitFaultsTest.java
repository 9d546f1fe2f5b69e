package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.PlainServer;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Exits that break off, talk nonsense or fall silent at every step of opening the way. */
class ExitFaultsTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final String SOCKS = "socks5://user:secret-of-exit@127.0.0.1:";
  private static final String CONNECT = "http://user:secret-of-exit@127.0.0.1:";

  interface Exit {
    void serve(Socket socket, InputStream in) throws java.io.IOException;
  }

  private static void say(Socket socket, int... bytes) throws java.io.IOException {
    for (int each : bytes) {
      socket.getOutputStream().write(each);
    }
  }

  private static void text(Socket socket, String text) throws java.io.IOException {
    socket.getOutputStream().write(UpstreamVectors.bytes(text));
  }

  private static Arguments exit(String name, String kind, Exit exit) {
    return Arguments.of(name, kind, exit);
  }

  /** RFC 1928, RFC 1929 and RFC 9110 section 9.3.6, broken at every step. */
  static Stream<Arguments> exits() {
    Exit finAtOnce = (socket, in) -> socket.shutdownOutput();
    Exit resetsAtOnce = (socket, in) -> socket.setSoLinger(true, 0);
    Exit silent = (socket, in) -> in.transferTo(java.io.OutputStream.nullOutputStream());
    return Stream.of(
        exit("SOCKS5: FIN at once", SOCKS, finAtOnce),
        exit("SOCKS5: RST at once", SOCKS, resetsAtOnce),
        exit("SOCKS5: silence", SOCKS, silent),
        exit("SOCKS5: another version", SOCKS, (socket, in) -> say(socket, 4, 0)),
        exit("SOCKS5: no method is good", SOCKS, (socket, in) -> say(socket, 5, 0xff)),
        exit("SOCKS5: an unknown method", SOCKS, (socket, in) -> say(socket, 5, 0x77)),
        exit("SOCKS5: FIN after the method", SOCKS, (socket, in) -> say(socket, 5, 2)),
        exit("SOCKS5: half an answer, then silence", SOCKS, ExitFaultsTest::halfAnAnswer),
        exit("SOCKS5: HTTP", SOCKS, (socket, in) -> text(socket, "HTTP/1.1 400 Bad\r\n\r\n")),
        exit("CONNECT: FIN at once", CONNECT, finAtOnce),
        exit("CONNECT: RST at once", CONNECT, resetsAtOnce),
        exit("CONNECT: silence", CONNECT, silent),
        exit("CONNECT: FIN in the head", CONNECT, (socket, in) -> text(socket, "HTTP/1.1 20")),
        exit("CONNECT: garbage", CONNECT, (socket, in) -> text(socket, "\u0001\u0080\r\n\r\n")),
        exit(
            "CONNECT: a head of a megabyte",
            CONNECT,
            (socket, in) -> text(socket, "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(170_000))),
        exit("CONNECT: drips, then silence", CONNECT, ExitFaultsTest::drips));
  }

  private static void halfAnAnswer(Socket socket, InputStream in) throws java.io.IOException {
    say(socket, 5, 2);
    in.read(new byte[512]);
    say(socket, 1, 0);
    in.read(new byte[512]);
    say(socket, 5, 0, 0);
    in.transferTo(java.io.OutputStream.nullOutputStream());
  }

  private static void drips(Socket socket, InputStream in) throws java.io.IOException {
    for (char each : "HTTP/1.1 200 OK\r\n".toCharArray()) {
      say(socket, each);
    }
    in.transferTo(java.io.OutputStream.nullOutputStream());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("exits")
  void anExitThatDoesNotOpenTheWayIsACleanErrorAndNeverPassedBy(String name, String kind, Exit exit)
      throws Exception {
    try (ScriptedUpstream upstream = new ScriptedUpstream();
        ServerSocket listening = new ServerSocket(0, 50, HERE);
        Gateway gateway = gateway(upstream.port(), kind + listening.getLocalPort())) {
      PlainServer.daemon(
          () -> {
            while (true) {
              try (Socket socket = listening.accept()) {
                InputStream in = socket.getInputStream();
                in.read(new byte[4096]);
                exit.serve(socket, in);
              }
            }
          });
      Response answer = post(gateway, Rig.UNARY);
      assertEquals(502, answer.status(), answer::toString);
      assertTrue(answer.whole() && answer.text().contains("\"EGRESS_"), answer::text);
      assertFalse(answer.text().contains("secret-of-exit"), answer::text);
      assertEquals(0, upstream.seen("m").size(), "the exit was passed by");
    }
  }

  @Test
  void anExitThatDiesInMidStreamCutsTheStreamVisibly() throws Exception {
    try (ScriptedUpstream upstream = new ScriptedUpstream();
        ServerSocket listening = new ServerSocket(0, 50, HERE);
        Gateway gateway = gateway(upstream.port(), CONNECT + listening.getLocalPort())) {
      String event = "data: " + ScriptedUpstream.json("one") + "\r\n\r\n";
      String chunk = UpstreamVectors.chunk(event);
      PlainServer.daemon(
          () -> {
            Socket socket = listening.accept();
            InputStream in = socket.getInputStream();
            in.read(new byte[4096]);
            text(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
            in.read(new byte[4096]);
            text(
                socket,
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + chunk);
            socket.close();
          });
      Response answer = post(gateway, Rig.STREAM);
      assertEquals(200, answer.status(), answer::toString);
      assertFalse(answer.whole(), "the end looks clean");
      assertTrue(answer.text().startsWith(event), answer::text);
      assertTrue(answer.text().contains("\"code\":502"), answer::text);
    }
  }

  private static Response post(Gateway gateway, String path) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post(path, Rig.BODY, "x-marker", "m");
    }
  }

  private static Gateway gateway(int port, String exit) throws Exception {
    return Gateway.start(
        """
        server: {port: 0, workers: 1, drain_timeout_secs: 5, connect_timeout_secs: 1}
        groups: [{name: g, target_url: "http://127.0.0.1:%d", proxy_url: "%s", api_keys: [%s]}]
        upstream: {max_attempts: 1, exit_check_secs: 0}
        """
            .formatted(port, exit, Rig.key(0)));
  }
}
