package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a client writes, or an upstream answers, becomes what it is not. */
class InjectionTest {
  private static final String LINE = "GET /v1beta/models HTTP/1.1";
  private static VectorRig rig;
  private static VectorRig loopback;

  @BeforeAll
  static void start() throws Exception {
    rig = new VectorRig("", "auth: none\ninternal_retries: 0");
    loopback = new VectorRig("", "");
  }

  @AfterAll
  static void stop() throws IOException {
    rig.close();
    loopback.close();
  }

  @AfterEach
  void answerAgain() {
    rig.upstream.answer("");
  }

  static List<Vector> vectors() {
    return InjectionVectors.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void sendsOnWhatItJudgedAndNothingElse(Vector vector) {
    rig.check(vector);
  }

  private static Response ask(VectorRig asked, String bytes) {
    try (TestClient client = TestClient.connect(asked.port())) {
      client.send(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return client.read();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, evil",
    "403, 127.0.0.1.evil",
    "403, 0.0.0.0.evil:80",
    "400, google@evil",
    "400, 127.0.0.1@evil",
    "400, '127.0.0.1, evil'",
    "400, 127.0.0.1 evil",
    "400, 127.0.0.1/evil",
    "400, http://127.0.0.1",
    "400, 127.0.0.1:80:90",
    "400, 127.0.0.1:evil",
    "400, [::1",
    "400, ::1",
    "400, [::1]evil",
    "400, 127.0.0.1:800000",
    "400, 127.0.0.1#evil",
    "400, 127.0.0.1?evil",
    "400, 127.0.0.1\\evil",
    "403, my_host"
  })
  void servesThisMachineUnderNamesOfItsOwnOnly(int status, String host) {
    loopback.upstream.clear();
    Response answer = ask(loopback, LINE + "\r\nhost: " + host + "\r\n\r\n");
    assertEquals(status, answer.status(), answer::toString);
    assertEquals("", loopback.upstream.received());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-forwarded-for: 203.0.113.9",
        "x-forwarded-host: evil",
        "forwarded: for=203.0.113.9",
        "forwarded: host=evil",
      })
  void believesNobodyWhoNamesAnotherMachine(String line) {
    Response answer = ask(loopback, Vector.get(line));
    assertEquals(403, answer.status(), answer::toString);
  }

  @Test
  void countsASpoofedAddressAsTheSocketsOwn() throws Exception {
    int served = 0;
    try (VectorRig few =
        new VectorRig("", "auth: none\nrate_limit: {requests_per_minute: 3, burst_size: 3}")) {
      for (int i = 0; i < 8; i++) {
        String line = "x-forwarded-for: 203.0.113." + i + "\r\nx-real-ip: 203.0.113." + i;
        served += ask(few, Vector.get(line)).status() == 200 ? 1 : 0;
      }
    }
    assertTrue(served < 8, "each spoofed address had a limit of its own");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-note: a\r\n injected: yes",
        "x-note: a\rinjected: yes",
        "x-note: a\ninjected: yes",
        "x-note: a\0injected: yes",
        "x-note : a",
        " injected: yes",
        "injected",
        "inj\0ected: yes",
      })
  void letsNoAnswerBringHeadersOfItsOwn(String lines) {
    rig.upstream.answer("HTTP/1.1 200 OK\r\n" + lines + "\r\ncontent-length: 2\r\n\r\nhi");
    try (TestClient client = TestClient.connect(rig.port())) {
      client.send(Vector.get());
      List<String> head = client.headLines();
      assertFalse(
          head.stream().anyMatch(line -> line.startsWith("injected")), () -> head.toString());
      assertTrue(
          head.stream().allMatch(line -> line.chars().allMatch(c -> c >= ' ' && c < 0x7f)),
          () -> head.toString());
    }
  }
}
