package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.TestClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Traffic leaves by the exit that is configured, through proxy programs that people run. */
class RealExitsTest {
  private static final String KEY = "AIzaTestKeyNumberOne00000000000000000001";
  private static final String PASSWORD = "open-sesame-0815";
  private static final String BODY = "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}";

  @TempDir private Path folder;

  private static Gateway gateway(
      GeminiSimulator google, String exit, @Nullable TestCertificates certificates)
      throws Exception {
    // By name, so that it shows who resolves it.
    String target = google.baseUrl().replace("127.0.0.1", "localhost");
    String trust = certificates == null ? "" : ", ca_file: \"" + certificates.caFile() + "\"";
    return Gateway.start(
        "groups: [{name: g, target_url: \""
            + target
            + "\", proxy_url: \""
            + exit
            + "\""
            + trust
            + ", api_keys: ["
            + KEY
            + "]}]\n");
  }

  private static Response ask(Gateway gateway) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post("/v1beta/models/gemini-2.5-flash:generateContent", BODY);
    }
  }

  private static void checkServed(GeminiSimulator google, Gateway gateway, ExitProgram exit)
      throws Exception {
    for (int i = 0; i < 3; i++) {
      Response answer = ask(gateway);
      assertEquals(200, answer.status(), () -> answer.toString());
      assertTrue(answer.text().contains("Hello"), answer.text());
    }
    assertEquals(3, google.journal().countOf(KEY));
    exit.awaitLog("localhost:" + google.port());
    assertFalse(exit.log().contains("127.0.0.1:" + google.port()), exit.log());
  }

  private static void checkFault(GeminiSimulator google, Gateway gateway, String secret) {
    Response answer = ask(gateway);
    assertEquals(502, answer.status(), () -> answer.toString());
    assertTrue(answer.text().contains("\"UNAVAILABLE\""), answer.text());
    assertFalse(answer.toString().contains(secret), answer.toString());
    assertFalse(answer.toString().contains("fleet"), answer.toString());
    assertEquals(0, google.journal().acceptedConnections());
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void goesThroughAnOpenExitWhichGetsTheName(ExitProgram.Kind kind) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        ExitProgram exit = ExitProgram.start(kind, null, folder);
        Gateway gateway = gateway(google, exit.url(null), null)) {
      checkServed(google, gateway, exit);
    }
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void goesThroughAGuardedExitWithUserAndPassword(ExitProgram.Kind kind) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        ExitProgram exit = ExitProgram.start(kind, PASSWORD, folder);
        Gateway gateway = gateway(google, exit.url(PASSWORD), null)) {
      checkServed(google, gateway, exit);
    }
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void checksTheTargetsCertificateThroughTheExit(ExitProgram.Kind kind) throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames();
        GeminiSimulator google = GeminiSimulator.tls(new FakeTime(), certificates);
        ExitProgram exit = ExitProgram.start(kind, PASSWORD, folder);
        Gateway gateway = gateway(google, exit.url(PASSWORD), certificates)) {
      checkServed(google, gateway, exit);
      assertEquals("HTTP/2", google.journal().lastRequest().protocol());
    }
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void trustsNoUnknownTargetThroughTheExit(ExitProgram.Kind kind) throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames();
        GeminiSimulator google = GeminiSimulator.tls(new FakeTime(), certificates);
        ExitProgram exit = ExitProgram.start(kind, null, folder);
        Gateway gateway = gateway(google, exit.url(null), null)) {
      assertEquals(502, ask(gateway).status());
      assertEquals(0, google.journal().requestCount());
    }
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void tellsOfAWrongPasswordWithoutShowingIt(ExitProgram.Kind kind) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        ExitProgram exit = ExitProgram.start(kind, PASSWORD, folder);
        Gateway gateway = gateway(google, exit.url("guessed-4711"), null)) {
      checkFault(google, gateway, "guessed-4711");
    }
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void goesNowhereWhenTheExitIsDown(ExitProgram.Kind kind) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      ExitProgram exit = ExitProgram.start(kind, PASSWORD, folder);
      try (Gateway gateway = gateway(google, exit.url(PASSWORD), null)) {
        exit.close();
        checkFault(google, gateway, PASSWORD);
      } finally {
        exit.close();
      }
    }
  }
}
