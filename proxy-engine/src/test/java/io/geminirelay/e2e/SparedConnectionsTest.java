package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is still let in while new connections are refused. */
class SparedConnectionsTest {
  private static final int FLOOD = 40;
  private static final String ADMIN = "the-token-of-the-admin";

  /** What the gateway says to {@code socket} until it ends; nothing where it is reset. */
  private static String all(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    }
  }

  private static String scrapeFrom(String address, int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port, InetAddress.getByName(address), 0)) {
      String request =
          "GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ADMIN + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return all(socket);
    }
  }

  /** Begins to ask from {@code address}, and no more. */
  private static Socket begin(String address, int port, String begun) throws IOException {
    Socket socket = new Socket("127.0.0.1", port, InetAddress.getByName(address), 0);
    socket.getOutputStream().write(begun.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /** What {@code /health} says to {@code address}; empty where it is not let in. */
  private static String healthFor(String address, int port) {
    try (Socket socket =
        begin(address, port, "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
      return all(socket);
    } catch (IOException e) {
      return "";
    }
  }

  /** So many addresses with two connections each take all the places that there are. */
  private static List<Socket> slowHeads(int port) {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      try {
        slow.add(begin("127.0.1." + (1 + i / 2), port, "GET /health HTTP/1.1\r\nHost: a\r\n"));
      } catch (IOException e) {
        assertEquals("Connection reset by peer", e.getMessage(), "only a refusal is none");
      }
    }
    return slow;
  }

  @Test
  void aFloodLeavesRoomForTheOperatorAndThoseItGotEnd() throws Exception {
    List<Socket> flood = new ArrayList<>();
    try (Rig rig =
            Rig.of(
                1,
                "server.overload: {max_requests: 1}",
                "server.limits: {header_timeout_secs: 60}",
                "server.admin_token: " + ADMIN);
        TestClient client = TestClient.connect(rig.port())) {
      rig.script().always(Reaction.of(Answer.never()));
      client.request("POST", Rig.STREAM, Header.list(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
      // A scrape counts as a request: before this one is under way, it would have it refused.
      rig.journal().awaitRequests(1);
      Rig.await(
          () -> Scrape.of(rig.port()).value("gemini_relay_load_level") == 3, "to be overloaded");
      for (int i = 0; i < FLOOD; i++) {
        flood.add(new Socket("127.0.0.1", rig.port()));
      }
      for (int i = 2; i < 5; i++) {
        String page = scrapeFrom("127.0.0." + i, rig.port());
        assertTrue(page.startsWith("HTTP/1.1 200 "), page);
        double refused =
            Scrape.parse(page.substring(page.indexOf("# HELP")))
                .value("gemini_relay_client_connections_refused_total{reason=\"overloaded\"}");
        assertTrue(refused >= FLOOD - 2, refused + " of the flood are refused");
      }
      String events = "GET /admin/api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ";
      flood.add(0, begin("127.0.0.9", rig.port(), events + ADMIN + "\r\n\r\n"));
      assertEquals('H', flood.get(0).getInputStream().read(), "the events are begun");
      // Two event loops let them in, in any order, so the last may come before the first.
      Rig.await(
          () -> {
            flood.addAll(slowHeads(rig.port()));
            return healthFor("127.0.2.1", rig.port()).isEmpty();
          },
          "no room for anybody else");
      Rig.await(
          () -> healthFor("127.0.2.1", rig.port()).startsWith("HTTP/1.1 503 "),
          "the slow ones to be gone");
      Rig.await(
          () -> healthFor("127.0.2.2", rig.port()).startsWith("HTTP/1.1 503 "), "a place again");
      flood.get(0).setSoTimeout(1);
      assertThrows(
          SocketTimeoutException.class,
          () -> flood.get(0).getInputStream().readAllBytes(),
          "who is being answered goes on");
      flood.remove(0).close();
      // The flood has not let go of a single one.
      for (Socket each : flood) {
        assertEquals("", all(each), "ended without a request");
      }
    } finally {
      for (Socket each : flood) {
        each.close();
      }
    }
  }
}
