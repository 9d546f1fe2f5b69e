package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The password of {@code /generate} opens this path, by whichever way it comes, and no other. */
class GeneratePasswordTest {
  private static final String PASSWORD = "generate: {password: \"open sesame\"}";
  private static final String CLIENTS = "clients: [{name: a, token: client-token}]";

  @ParameterizedTest
  @CsvSource({
    "/generate?password=open%20sesame, x: y, 200",
    "/generate?mode=delta&password=open%20sesame, x-api-key: other, 200",
    "/generate?key=open%20sesame, x: y, 200",
    "/generate, authorization: Bearer open sesame, 200",
    "/generate, x-api-key: open sesame, 200",
    "/generate, x-goog-api-key: client-token, 200",
    "/generate?password=client-token, x: y, 200",
    "/generate?password=open%20sesam, x: y, 401",
    "/generate?password=, x: y, 401",
    "/generate, x: y, 401",
    "/gemini-proxy?password=open%20sesame, x: y, 401",
    "/v1beta/models/m:generateContent?password=open%20sesame, x: y, 401",
  })
  void opensThisPathAlone(String path, String header, int status) throws Exception {
    try (Rig rig = Rig.of(1, PASSWORD, CLIENTS)) {
      String[] parts = header.split(": ", 2);
      Response answer = rig.post(path, Rig.BODY, parts[0], parts[1]);
      assertEquals(status, answer.status(), answer::toString);
      assertFalse(answer.toString().contains("sesame"), answer::toString);
      assertEquals(status == 200 ? 1 : 0, rig.journal().requestCount());
      if (status == 200) {
        assertFalse(rig.journal().requests().get(0).toString().contains("sesame"));
        assertFalse(rig.journal().requests().get(0).uri().contains("password"));
      }
    }
  }

  @Test
  void isWantedWhereEverybodyElseIsLetIn() throws Exception {
    for (String others : new String[] {"", "auth: none"}) {
      try (Rig rig = Rig.of(1, PASSWORD, others)) {
        assertEquals(401, rig.post("/generate?password=wrong", Rig.BODY).status());
        assertEquals(401, rig.post("/generate", Rig.BODY).status());
        assertEquals(200, rig.post("/generate?password=open%20sesame", Rig.BODY).status());
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status(), "this machine");
      }
    }
  }

  @Test
  void letsAnOuterAddressBeBoundAndKeepsEverythingElseShut() throws Exception {
    try (Rig rig = Rig.of(1, PASSWORD, "server.host: 0.0.0.0")) {
      assertEquals(200, rig.post("/generate?password=open%20sesame", Rig.BODY).status());
      assertEquals(401, rig.post("/generate", Rig.BODY).status());
      Response other = rig.post(Rig.UNARY + "?password=open%20sesame", Rig.BODY);
      assertEquals(401, other.status());
      assertTrue(other.text().contains("no clients configured"), other::text);
      assertEquals(1, rig.journal().requestCount());
    }
  }

  @Test
  void aClientMayUseOnlyItsModelsHereToo() throws Exception {
    String client = "clients: [{name: a, token: t, models: [gemini-2.0-*]}]";
    try (Rig rig = Rig.of(1, client)) {
      assertEquals(403, rig.post("/generate?key=t", Rig.BODY).status());
      assertEquals(0, rig.journal().requestCount());
    }
  }

  @Test
  void aClientIsBoundByItsLimitsWithThePasswordToo() throws Exception {
    String client = "clients: [{name: a, token: t, requests_per_minute: 1}]";
    try (Rig rig = Rig.of(1, PASSWORD, client)) {
      String path = "/generate?password=open%20sesame";
      assertEquals(200, rig.post(path, Rig.BODY, "Authorization", "Bearer t").status());
      assertEquals(429, rig.post(path, Rig.BODY, "Authorization", "Bearer t").status());
      assertEquals(200, rig.post(path, Rig.BODY).status());
    }
  }
}
