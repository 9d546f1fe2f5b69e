package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the page of metrics says of requests that came through the front door. */
class MetricsTest {
  private static final String MODEL = "model=\"gemini-2.5-flash\"";
  private static final String TOKEN = "the-token-of-a-client";
  private static final String[] CLIENT = {"Authorization", "Bearer " + TOKEN};
  private static final String CLIENTS =
      "clients: [{name: crawler, token: " + TOKEN + ", max_concurrent: 50}]";

  @Test
  void aRetriedRequestIsOneRequestAndTwoAttempts() throws Exception {
    try (Rig rig = Rig.of(2, CLIENTS)) {
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, CLIENT).status());
      Scrape page = Scrape.of(rig.port());
      assertEquals(
          1,
          page.value(
              "gemini_relay_requests_total{client=\"crawler\",group=\"g\","
                  + MODEL
                  + ",outcome=\"served\",reason=\"\",route=\"native\"}"),
          page::text);
      String attempts = "gemini_relay_attempts_total";
      assertEquals(1, page.value(attempts + "{cause=\"quota_per_day\",group=\"g\"}"));
      assertEquals(1, page.value(attempts + "{cause=\"ok\",group=\"g\"}"));
      assertEquals(1, page.value("api_requests_total{route=\"native\",status=\"200\"}"));
      assertEquals(
          1, page.value("api_request_duration_seconds_count{outcome=\"served\",route=\"native\"}"));
      assertEquals(1, page.value("gemini_relay_first_byte_seconds_count{" + MODEL + "}"));
      assertEquals(1, page.value("gemini_relay_overhead_seconds_count{route=\"native\"}"));
      assertEquals(1, page.value("gemini_relay_keys{group=\"g\",state=\"cooling\"}"));
      assertEquals(1, page.value("gemini_relay_keys{group=\"g\",state=\"available\"}"));
      assertEquals(2, page.value("gemini_relay_usable_keys"));
      assertEquals(0, page.value("gemini_relay_capacity_returns_seconds{" + MODEL + "}"));
    }
  }

  @Test
  void tokensAreCountedByKindModelAndClient() throws Exception {
    try (Rig rig = Rig.of(1, CLIENTS)) {
      assertEquals(200, rig.post(Rig.STREAM, Rig.BODY, CLIENT).status());
      assertEquals(200, rig.post(Rig.CHAT, Rig.CHAT_BODY, CLIENT).status());
      Scrape page = Scrape.of(rig.port());
      for (String kind : new String[] {"prompt", "output"}) {
        String sample =
            "gemini_relay_tokens_total{client=\"crawler\",kind=\"" + kind + "\"," + MODEL + "}";
        assertTrue(page.value(sample) > 0, page::text);
      }
      assertEquals(2, page.sum("gemini_relay_first_byte_seconds_count", MODEL));
    }
  }

  @Test
  void aRefusalTellsItsReason() throws Exception {
    try (Rig rig = Rig.of(1, CLIENTS, "max_wait_secs: 0")) {
      assertEquals(401, rig.post(Rig.UNARY, Rig.BODY).status());
      rig.script().always(Errors.keyInvalid());
      assertEquals(503, rig.post(Rig.UNARY, Rig.BODY, CLIENT).status());
      Scrape page = Scrape.of(rig.port());
      String requests = "gemini_relay_requests_total";
      assertEquals(1, page.sum(requests, "reason=\"unauthenticated\"", "client=\"\""));
      assertEquals(1, page.sum(requests, "reason=\"no_key\"", "outcome=\"refused\""));
      assertEquals(1, page.sum("gemini_relay_attempts_total", "cause=\"key_invalid\""));
      assertEquals(1, page.value("gemini_relay_keys{group=\"g\",state=\"invalid\"}"));
    }
  }

  @Test
  void aClientThatLeftIsToldApart() throws Exception {
    try (Rig rig = Rig.of(1, CLIENTS)) {
      rig.script().always(Reaction.usual(answer -> answer.delayed(Duration.ofSeconds(60))));
      try (TestClient client = TestClient.connect(rig.port())) {
        client.request("POST", Rig.UNARY, Header.list(CLIENT), Rig.BODY.getBytes("UTF-8"));
        rig.journal().awaitRequests(1);
        Scrape page = Scrape.of(rig.port());
        assertEquals(1, page.value("gemini_relay_requests_in_flight"), "without the page itself");
        assertEquals(2, page.value("gemini_relay_client_connections"));
        assertEquals(1, page.value("gemini_relay_client_requests_in_flight{client=\"crawler\"}"));
        Rig.await(
            () -> Scrape.of(rig.port()).value("gemini_relay_upstream_pool{state=\"busy\"}") == 1,
            "the pools' count");
      }
      Rig.await(
          () ->
              Scrape.of(rig.port()).sum("gemini_relay_requests_total", "outcome=\"abandoned\"")
                  == 1,
          "the abandoned request");
      assertEquals(
          1, Scrape.of(rig.port()).sum("gemini_relay_attempts_total", "cause=\"abandoned\""));
    }
  }

  @Test
  void aStreamIsOpenFromItsHeadToItsEnd() throws Exception {
    try (Rig rig = Rig.of(2, CLIENTS)) {
      rig.script().next(1, Reaction.usual(answer -> answer.delayed(Duration.ofSeconds(60))));
      byte[] event =
          "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
              .getBytes(StandardCharsets.UTF_8);
      rig.script()
          .next(
              1,
              Reaction.of(
                  Answer.stream(
                          200,
                          Header.list("content-type", "text/event-stream"),
                          List.of(event, event))
                      .stallAfter(event.length)));
      byte[] body = Rig.BODY.getBytes("UTF-8");
      try (TestClient waiting = TestClient.connect(rig.port());
          TestClient streaming = TestClient.connect(rig.port())) {
        waiting.request("POST", Rig.STREAM, Header.list(CLIENT), body);
        rig.journal().awaitRequests(1);
        streaming.request("POST", Rig.STREAM, Header.list(CLIENT), body);
        Rig.await(
            () -> Scrape.of(rig.port()).value("gemini_relay_streams_open") == 1, "the stream");
        assertEquals(2, Scrape.of(rig.port()).value("gemini_relay_requests_in_flight"));
      }
      Rig.await(
          () -> Scrape.of(rig.port()).value("gemini_relay_streams_open") == 0, "the stream's end");
      assertEquals(200, rig.post(Rig.STREAM, Rig.BODY, CLIENT).status());
      rig.script().always(Errors.keyInvalid());
      rig.post(Rig.STREAM, Rig.BODY, CLIENT);
      Rig.await(
          () -> Scrape.of(rig.port()).value("gemini_relay_streams_open") == 0, "no stream at all");
    }
  }

  @Test
  void aWaitForAKeyIsMeasured() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script().next(1, Errors.internal500());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(1, Scrape.of(rig.port()).value("gemini_relay_wait_seconds_count"));
    }
  }

  @Test
  void quotaBreakersAndTheProcessAreShown() throws Exception {
    try (Rig rig =
        Rig.of(
            io.geminirelay.testing.GeminiSimulator.plain(new io.geminirelay.testing.FakeTime()),
            "limits: {gemini-2.5-flash: {rpm: 4}},",
            1)) {
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      Scrape page = Scrape.of(rig.port());
      String labels = "{group=\"g\"," + MODEL + "}";
      assertEquals(0.75, page.value("gemini_relay_quota_room_least_ratio" + labels), page::text);
      assertEquals(0.75, page.value("gemini_relay_quota_room_mean_ratio" + labels));
      assertEquals(1, page.sum("gemini_relay_breaker_state", "state=\"admitting\""));
      assertEquals(0, page.sum("gemini_relay_breaker_state", "state=\"refusing\""));
      assertEquals(1, page.sum("gemini_relay_build_info"));
      assertTrue(page.value("gemini_relay_direct_memory_limit_bytes") > 0);
      assertTrue(page.sum("jvm_memory_used_bytes") > 0);
      Rig.await(
          () -> Scrape.of(rig.port()).value("gemini_relay_event_loop_delay_seconds_count") > 0,
          "a look at the event loops");
    }
  }

  @Test
  void aPageLeavesNoTraceInTheQuotas() throws Exception {
    String aliases = "model_aliases: {fast: gemini-2.5-flash, deep: gemini-2.5-pro},";
    try (Rig rig =
        Rig.of(
            io.geminirelay.testing.GeminiSimulator.plain(new io.geminirelay.testing.FakeTime()),
            aliases,
            3)) {
      Scrape.of(rig.port());
      String room = "gemini_relay_quota_room_least_ratio";
      assertFalse(Scrape.of(rig.port()).names().contains(room));
      assertEquals(200, rig.post(Rig.UNARY.replace("gemini-2.5-flash", "fast"), Rig.BODY).status());
      Scrape page = Scrape.of(rig.port());
      assertEquals(1, page.sum(room), page::text);
      assertEquals(1, page.value(room + "{group=\"g\"," + MODEL + "}"));
      assertTrue(page.text().contains("gemini_relay_capacity_returns_seconds{model=\"fast\"}"));
      assertFalse(page.text().contains("gemini_relay_capacity_returns_seconds{model=\"deep\"}"));
    }
  }

  @Test
  void modelsThatClientsMakeUpDoNotLetThePageGrow() throws Exception {
    try (Rig rig = Rig.of(1);
        TestClient client = TestClient.connect(rig.port())) {
      for (int i = 0; i < 150; i++) {
        client.post("/v1beta/models/gemini-9-" + i + ":generateContent", Rig.BODY);
      }
      long lines = lines(rig);
      rig.script().always(Errors.notFound("m", "generateContent"));
      for (int i = 0; i < 2_500; i++) {
        client.post("/v1beta/models/made-up-" + i + ":generateContent", Rig.BODY);
      }
      rig.script().clear();
      for (int i = 0; i < 2_500; i++) {
        client.post("/v1beta/models/gemini-10-" + i + ":generateContent", Rig.BODY);
      }
      assertTrue(lines(rig) - lines < 50, () -> lines + " lines, then " + lines(rig));
      String page = Scrape.of(rig.port()).text();
      assertFalse(page.contains("made-up"));
      assertFalse(page.contains("gemini-10-"));
      assertTrue(page.contains("model=\"gemini-9-0\""));
      assertFalse(page.contains("model=\"gemini-9-149\""));
      assertTrue(page.contains("model=\"other\""));
    }
  }

  private static long lines(Rig rig) {
    return Scrape.of(rig.port()).text().lines().filter(x -> x.startsWith("gemini_relay")).count();
  }

  @Test
  void noKeyAndNoTokenIsOnThePage() throws Exception {
    try (Rig rig = Rig.of(2, CLIENTS, "server.admin_token: open-sesame-open-sesame")) {
      rig.script().next(1, Errors.keySuspended(Rig.key(0)));
      rig.post(Rig.UNARY + "?key=" + TOKEN, Rig.BODY);
      rig.post("/v1beta/models/" + Rig.key(0) + ":generateContent?key=wrong", Rig.BODY);
      String page = Scrape.of(rig.port()).text();
      assertFalse(page.contains("AIza"), page);
      assertFalse(page.contains(TOKEN), page);
      assertFalse(page.contains("open-sesame"), page);
    }
  }
}
