package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Reaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The place in a trace that every answer tells. */
class TraceParentRouteTest {
  private static final String GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @ParameterizedTest
  @ValueSource(strings = {Rig.UNARY, Rig.STREAM, Rig.CHAT})
  void keepsTheClientsAndPassesItOn(String path) throws Exception {
    try (Rig rig = Rig.of(1)) {
      String body = path.equals(Rig.CHAT) ? Rig.CHAT_BODY : Rig.BODY;
      Response answer = rig.post(path, body, "traceparent", GIVEN);
      assertEquals(200, answer.status());
      assertEquals(GIVEN, answer.header("traceparent"));
      assertEquals(GIVEN, rig.journal().requests().get(0).header("traceparent"));
    }
  }

  @Test
  void goesByTheRequestsIdWhereTheClientHasNoneAndIsNotSentToGoogle() throws Exception {
    try (Rig rig = Rig.of(1)) {
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      String id = answer.header("x-request-id");
      assertEquals("00-" + id, answer.header("traceparent").substring(0, 35));
      assertNull(rig.journal().requests().get(0).header("traceparent"));
    }
  }

  @Test
  void isOnRefusalsAndOnTheGatewaysOwnPages() throws Exception {
    try (Rig rig = Rig.of(1)) {
      for (String path : new String[] {"/nowhere", "/health", "/metrics"}) {
        assertEquals(
            GIVEN, Scrape.get(rig.port(), path, "traceparent", GIVEN).header("traceparent"));
      }
    }
  }

  @Test
  void isNeverGooglesOwn() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script().always(Reaction.usual(answer -> answer.with("traceparent", "forged")));
      Response answer = rig.post(Rig.UNARY, Rig.BODY, "traceparent", GIVEN);
      assertEquals(GIVEN, answer.header("traceparent"));
    }
  }
}
