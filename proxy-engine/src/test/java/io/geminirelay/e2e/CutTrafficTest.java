package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recorded traffic over plain sockets, cut at any byte: in a head, within the framing of a chunk,
 * within a character. Client and upstream get what they get when nothing is cut.
 */
class CutTrafficTest {
  private static final long[] SEEDS = {1, 2};
  private static final String OWN_KEY = "AIzaOwnKeyOfTheClient0000000000000000001";

  /** Errors after which the gateway would choose otherwise the next time. */
  private static final Pattern BLAMING =
      Pattern.compile(
          "API_KEY_INVALID|API key|SUSPENDED|leaked|SERVICE_DISABLED|not been used in|location");

  /** What each exchange has of its own. */
  private static final Set<String> OWN = Set.of("x-request-id", "traceparent", "date");

  /** Ids, and how many milliseconds it took. */
  private static final Pattern CHANCE = Pattern.compile("[0-9a-f]{32}|(?<=\"time\":)[0-9]+");

  private static ScriptedUpstream google;
  private static Gateway gateway;

  @BeforeAll
  static void start() throws Exception {
    google = new ScriptedUpstream();
    // With an edit, so that bodies of requests are read and not only passed on.
    gateway =
        Gateway.start(
            "top_p: 0.125\ninternal_retries: 0\nupstream: {max_attempts: 1}\n"
                + "groups: [{name: g, target_url: \"http://127.0.0.1:"
                + google.port()
                + "\", api_keys: [AIzaKeyOfTheGateway00000000000000000001]}]\n");
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    google.close();
  }

  /** A request, and the answer that the upstream gives to it. */
  private record Asked(
      String method,
      String path,
      List<Header> headers,
      byte @Nullable [] body,
      CorpusExchange from) {
    static Asked post(String path, byte[] body, CorpusExchange from, String... headers) {
      List<Header> all = new ArrayList<>(Header.list("content-type", "application/json"));
      all.addAll(Header.list(headers));
      return new Asked("POST", path, all, body, from);
    }
  }

  /** What both sides got. */
  private record Got(String asked, Response answer) {}

  private static boolean isBlaming(CorpusExchange exchange) {
    return exchange.status() >= 500
        || List.of(401, 429).contains(exchange.status())
        || (exchange.status() >= 400 && BLAMING.matcher(exchange.responseText()).find());
  }

  @Test
  void passesAlikeWhatItPassesOn() {
    int errors = 0;
    for (CorpusExchange exchange : Corpus.all()) {
      if (!isBlaming(exchange)) {
        errors += exchange.status() >= 400 ? 1 : 0;
        String path = exchange.pathWithoutKey();
        List<Header> headers = exchange.requestHeaders();
        Response answer =
            check(new Asked(exchange.method(), path, headers, exchange.requestBody(), exchange));
        assertArrayEquals(exchange.responseBody(), answer.body(), exchange::toString);
      }
    }
    assertTrue(errors > 5, errors + " errors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/event-stream"})
  void gathersTheSameTexts(String accept) {
    int served = 0;
    for (CorpusExchange exchange : Corpus.ofKind("native-sse", "native-json-stream")) {
      byte[] body = exchange.requestBody() == null ? bytes(Rig.BODY) : exchange.requestBody();
      Asked asked = Asked.post("/generate?mode=delta", body, exchange, "accept", accept);
      served += check(asked).text().contains("\"is_complete\":true") ? 1 : 0;
    }
    assertTrue(served > 30, served + " served");
  }

  @Test
  void tellsTheSameAnswer() {
    String body =
        Json.write(
            Json.object(
                "prompt",
                "Wer z\u00e4hlt \"bis\" \ud83d\ude00?\n",
                "model",
                "gemini-2.5-flash",
                "api_key",
                OWN_KEY),
            Json.Style.COMPACT);
    int served = 0;
    for (CorpusExchange exchange : Corpus.ofKind("native-unary", "native-sse", "errors")) {
      if (!isBlaming(exchange)) {
        Asked asked = Asked.post("/gemini-proxy", bytes(body), exchange);
        served += check(asked).text().startsWith("{\"result\":\"OK\"") ? 1 : 0;
      }
    }
    assertTrue(served > 20, served + " served");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Plays it whole, and then cut; the answer that came of it. */
  private static Response check(Asked asked) {
    Got whole = play(asked, 0);
    for (long seed : SEEDS) {
      String what = asked.from + " for " + asked.path + ", cut by seed " + seed;
      Got cut;
      try {
        cut = play(asked, seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(what, e);
      }
      assertEquals(whole.asked, cut.asked, what);
      assertEquals(plain(whole.answer), plain(cut.answer), what);
      assertEquals(whole.answer.whole(), cut.answer.whole(), what);
    }
    return whole.answer;
  }

  /**
   * Without what each has of its own; a char for each byte. Its length, where it tells it, is what
   * it is whole by.
   */
  private static String plain(Response answer) {
    String body = new String(answer.body(), StandardCharsets.ISO_8859_1);
    Map<String, List<String>> headers = new TreeMap<>();
    for (Header each : answer.headers()) {
      String name = each.name().toLowerCase(Locale.ROOT);
      String value = name.equals("content-length") ? "told" : each.value();
      if (!OWN.contains(name)) {
        headers.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
      }
    }
    return answer.status() + " " + headers + "\n" + CHANCE.matcher(body).replaceAll("");
  }

  private static Got play(Asked asked, long seed) {
    CorpusExchange from = asked.from;
    CutMessage answer = CutMessage.answer(from);
    int before = google.seen("").size();
    google.on("", wire -> answer.send(seed, wire::say));
    CutMessage request =
        CutMessage.request(asked.method, asked.path, asked.headers, asked.body, from.toString());
    try (TestClient client = TestClient.connect(gateway.port())) {
      request.send(seed, client::send);
      Response got = client.read();
      return new Got(asked(before), got);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one request that the upstream saw, without what each has of its own. */
  private static String asked(int before) {
    List<ScriptedUpstream.Seen> seen = google.seen("");
    assertEquals(before + 1, seen.size(), "requests that reached the upstream");
    String head =
        seen.get(before)
            .head()
            .lines()
            .filter(line -> !OWN.contains(line.split(":", 2)[0].toLowerCase(Locale.ROOT)))
            .collect(Collectors.joining("\n"));
    return head + "\n" + seen.get(before).body();
  }
}
