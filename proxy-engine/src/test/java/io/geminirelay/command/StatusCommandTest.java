package io.geminirelay.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status} where there is no terminal, and what it lays out for one. */
class StatusCommandTest {
  @TempDir private Path folder;

  private Ran status(String url, String... more) throws Exception {
    Path token = Files.writeString(folder.resolve("token"), AdminServer.TOKEN + "\n");
    return statusWith(token, url, more);
  }

  private static Ran statusWith(Path token, String url, String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "status";
    all[1] = "--url=" + url;
    all[2] = "--token-file";
    all[3] = token.toString();
    System.arraycopy(more, 0, all, 4, more.length);
    return Ran.of(all);
  }

  @Test
  void printsWhatTheGatewayTells() throws Exception {
    try (AdminServer gateway = new AdminServer(0)) {
      Ran ran = status(gateway.url(), "--once");
      assertEquals(0, ran.code(), ran::toString);
      String text = ran.out();
      assertTrue(text.contains("gemini-relay 9.9.9"), text);
      assertTrue(text.contains("up 1 h 2 min"), text);
      assertTrue(text.contains("2.0 requests/s   in flight 4   waiting 2"), text);
      assertTrue(text.contains("1.23M in (2.00k cached)   34.6k out"), text);
      assertTrue(text.contains("p50 412 ms   p99 2.10 s"), text);
      assertTrue(text.contains("5: 2 available   1 cooling"), text);
      assertTrue(text.contains("capacity returns 19:03:00"), text);
      assertTrue(text.contains("g/1#aaaaaaaaaa  1 min 15 s  invalid"), text);
      assertTrue(text.contains("SOCKS5://127.0.0.1:1080  cooling  egress_connect"), text);
      assertTrue(text.matches("(?s).*example.org +refusing +m.*"), text);
      assertFalse(text.contains("\u001b"), "no terminal, no escapes");
    }
  }

  @Test
  void namesCannotSpeakToTheTerminal() throws Exception {
    try (AdminServer gateway = new AdminServer(0)) {
      gateway.set(
          "overview", "{\"status\":\"\\u001b]0;x\\u0007\",\"version\":\"\\u009b2J\\u202e\"}");
      String text = status(gateway.url(), "--once").out();
      assertTrue(text.contains("evil?[31m?name"), text);
      assertTrue(text.chars().allMatch(c -> c == '\n' || (c >= 32 && c < 127)), text);
      String json = status(gateway.url(), "--json").out();
      assertTrue(json.chars().allMatch(c -> c == '\n' || c == '\r' || (c >= 32 && c < 127)), json);
      Json tree = Json.parse(json.getBytes(StandardCharsets.UTF_8));
      assertEquals("evil\u001b[31m\u0007name", tree.at("models").elements().get(0).text("model"));
    }
  }

  @Test
  void aSparseAnswerIsShownAsFarAsItGoes() throws Exception {
    try (AdminServer gateway = new AdminServer(0)) {
      for (String page : List.of("overview", "keys", "groups", "models", "exits")) {
        gateway.set(page, page.equals("models") ? "[1,null,{}]" : "{}");
      }
      Ran ran = status(gateway.url(), "--once");
      assertEquals(0, ran.code(), ran::toString);
      assertTrue(ran.out().contains("traffic   - requests/s"), ran.out());
    }
  }

  @Test
  void exitCodesTellWhatWentWrong() throws Exception {
    Path other = Files.writeString(folder.resolve("other"), "another");
    try (AdminServer gateway = new AdminServer(0)) {
      Ran refused = statusWith(other, gateway.url(), "--once");
      assertEquals(5, refused.code(), refused::toString);
      assertTrue(refused.err().contains("does not accept"), refused.err());
      gateway.set("overview", "{\"broken\":");
      assertEquals(1, status(gateway.url(), "--once").code());
    }
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertEquals(1, status("http://127.0.0.1:" + free, "--once").code());
    assertEquals(2, statusWith(folder.resolve("none"), "http://127.0.0.1:1", "--once").code());
    assertEquals(2, status("nonsense", "--once").code());
    assertEquals(2, status("http://127.0.0.1:1", "--interval", "soon").code());
    assertEquals(2, Ran.of("status", "--token-env", "NO_SUCH_VARIABLE_HERE").code());
  }

  @Test
  void whatNobodyExpectedIsNoReasonToShowOldFiguresAsNew() throws Exception {
    URI odd = URI.create("httpx://127.0.0.1:1");
    AdminClient client = new AdminClient(odd, AdminServer.TOKEN, SSLContext.getDefault());
    try (Terminal terminal =
        new DumbTerminal(InputStream.nullInputStream(), OutputStream.nullOutputStream())) {
      StatusScreen screen = new StatusScreen(terminal, client, new StatusView(odd, false));
      screen.ask();
      String first = screen.lines(80, 24).get(0);
      assertTrue(first.startsWith("gateway lost: "), first);
    }
  }

  @Test
  void aScreenNeverHasMoreLinesOrColumnsThanTheTerminal() throws Exception {
    try (AdminServer gateway = new AdminServer(0)) {
      URI url = URI.create(gateway.url());
      Snapshot now = new AdminClient(url, AdminServer.TOKEN, SSLContext.getDefault()).ask();
      StatusView view = new StatusView(url, false);
      for (int columns : new int[] {1, 20, 80, 200}) {
        for (int rows : new int[] {1, 5, 24, 100}) {
          List<String> screen = view.screen(now, "it is \u001b gone", columns, rows);
          assertTrue(screen.size() <= rows, () -> rows + ": " + screen.size());
          assertTrue(screen.stream().allMatch(line -> Table.width(line) <= columns));
        }
      }
      assertTrue(view.screen(now, "gone", 80, 24).get(0).startsWith("gateway lost: gone"));
      assertTrue(view.screen(null, null, 80, 24).get(0).contains(gateway.url()));
      String coloured = String.join("\n", new StatusView(url, true).screen(now, null, 80, 40));
      assertTrue(coloured.contains("\u001b[31mg/1#aaaaaaaaaa"), coloured);
    }
  }
}
