package io.geminirelay.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever Google sends back, the gateway's key does not reach the client. */
class KeySecrecyTest {
  private static final String KEY = "AIzaTestKeyNumberOne00000000000000000001";
  private static final String PATH = "/v1beta/files/abc";

  private static Response ask(Answer answer) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                "groups: [{name: g, target_url: \"%s\", api_keys: [%s]}]"
                    .formatted(google.baseUrl(), KEY));
        TestClient client = TestClient.connect(gateway.port())) {
      google.script().always(Reaction.of(answer));
      return client.exchange("GET", PATH, List.of(), new byte[0]);
    }
  }

  @Test
  void trailersAreDropped() throws Exception {
    Response got =
        ask(
            Answer.raw(
                ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-t\r\n\r\n"
                        + "2\r\n{}\r\n0\r\nx-goog-api-key: "
                        + KEY
                        + "\r\nx-t: "
                        + KEY
                        + "\r\n\r\n")
                    .getBytes(UTF_8)));
    assertEquals(200, got.status());
    assertEquals("{}", got.text());
    assertFalse(got.toString().contains(KEY) || got.trailers().toString().contains(KEY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "key=", "A", "AA", "AIza", "AIzaTestKeyNumberOne0000"})
  void headersThatHoldItAreDroppedWhateverStandsBeforeIt(String before) throws Exception {
    Response got =
        ask(
            Answer.raw(
                ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-one: %s%s1\r\nx-two: %1$s\r\n\r\n{}"
                        .formatted(before, KEY))
                    .getBytes(UTF_8)));
    assertEquals("{}", got.text());
    assertFalse(got.toString().contains(KEY), got::toString);
    assertEquals(before, got.header("x-two"));
  }

  @Test
  void aLongErrorIsPassedOnClean() throws Exception {
    String text = "{\"error\":{\"code\":400,\"message\":\"" + (KEY + " ").repeat(4000) + "\"}}";
    Response got = ask(Answer.of(400, "application/json", text));
    assertEquals(400, got.status());
    assertFalse(got.text().contains(KEY));
  }

  @Test
  void anErrorInMidStreamThatIsTooLongIsVisiblyCut() throws Exception {
    String content = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\n\n";
    String error = "data: {\"error\":{\"message\":\"" + "x".repeat(2 << 20) + KEY + "\"}}\n\n";
    List<byte[]> pieces = List.of(content.getBytes(UTF_8), error.getBytes(UTF_8));
    try (Rig rig = Rig.of(1)) {
      rig.script()
          .always(
              Reaction.of(
                  Answer.stream(200, Header.list("content-type", "text/event-stream"), pieces)));
      Response got = rig.post(Rig.STREAM, Rig.BODY);
      assertFalse(got.whole());
      String end = got.text().substring(got.text().lastIndexOf("x\r\n\r\ndata: "));
      assertTrue(end.contains("BAD_ANSWER") && end.endsWith("}\r\n\r\n"), end);
      assertFalse(got.text().contains(KEY));
    }
  }

  @Test
  void anEndlessErrorIsNoQuota() throws Exception {
    Response got = ask(Answer.of(400, "application/json", "x".repeat(3 << 20)));
    assertEquals(502, got.status(), got::text);
    assertFalse(got.text().contains("quota"), got.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"data: %s\r\n\r\n", "%s"})
  void anErrorInMidStreamIsPassedOnClean(String frame) throws Exception {
    byte[] event =
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
            .getBytes(UTF_8);
    String error =
        "{\"error\":{\"code\":403,\"message\":\"api_key:" + Rig.key(0) + " suspended\"}}";
    byte[] last = frame.formatted(error).getBytes(UTF_8);
    for (int cut = 10; cut < last.length; cut += 7) {
      List<byte[]> pieces =
          List.of(event, Arrays.copyOf(last, cut), Arrays.copyOfRange(last, cut, last.length));
      Answer answer =
          Answer.stream(200, Header.list("content-type", "text/event-stream"), pieces)
              .flushingEvery(1);
      try (Rig rig = Rig.of(1)) {
        rig.script().always(Reaction.of(answer));
        Response got = rig.post(Rig.STREAM, Rig.BODY);
        String all = new String(event, UTF_8) + new String(last, UTF_8);
        assertEquals(all.replace(Rig.key(0), "[redacted]"), got.text());
      }
    }
  }
}
