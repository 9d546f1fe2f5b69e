package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every recorded exchange reaches Google and the client as it was recorded, but for the header
 * rules, whatever protocol is spoken on either side and however the bytes are cut on their way.
 */
class CorpusTest {
  private static final String KEY = "AIzaGatewayKeyThatNoClientMaySee00000001";
  private static final String TOKEN = "client-token-that-google-may-not-see";
  private static final String GOOGLE = "https://generativelanguage.googleapis.com";

  /** What Google says of a key or its project: the client did not choose them. */
  private static final Pattern ABOUT_THE_KEY =
      Pattern.compile(
          "API_KEY_INVALID|API key (not valid|expired)|CONSUMER_SUSPENDED|reported as leaked"
              + "|SERVICE_DISABLED|has not been used in project");

  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive");

  /** Google echoes a request's {@code Host}, which HTTP/2 has no header for. */
  private static final Set<String> NOT_FOR_CLIENTS = Set.of("alt-svc", "x-goog-api-key", "host");

  private static final Set<String> ADDED_FOR_CLIENTS =
      Set.of("x-request-id", "traceparent", "retry-after", "host");
  private static final Set<String> ADDED_UPSTREAM =
      Set.of("host", "via", "x-goog-api-key", "authorization", "content-length");

  private final long seed = new Random().nextLong();

  @ParameterizedTest
  @CsvSource({"1.1, 1.1", "1.1, 2", "2, 1.1", "2, 2"})
  void passesEveryExchangeByteForByte(String client, String upstream) throws Exception {
    List<CorpusExchange> exchanges = new ArrayList<>(Corpus.all());
    exchanges.removeIf(exchange -> exchange.status() >= 400);
    assertFalse(exchanges.isEmpty());
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = gateway(google, upstream);
        CorpusClient sender = CorpusClient.of(client, gateway.port())) {
      for (CorpusExchange exchange : exchanges) {
        check(exchange, google, gateway, sender, upstream);
      }
    }
  }

  /** Each through a gateway of its own: what an error says of a key would outlast it. */
  @ParameterizedTest
  @CsvSource({"1.1, 1.1", "1.1, 2", "2, 1.1", "2, 2"})
  void passesEveryErrorUnlessItSpeaksOfTheKey(String client, String upstream) throws Exception {
    List<CorpusExchange> exchanges = new ArrayList<>(Corpus.all());
    exchanges.removeIf(exchange -> exchange.status() < 400);
    assertFalse(exchanges.isEmpty());
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      for (CorpusExchange exchange : exchanges) {
        try (Gateway gateway = gateway(google, upstream);
            CorpusClient sender = CorpusClient.of(client, gateway.port())) {
          check(exchange, google, gateway, sender, upstream);
        }
      }
    }
  }

  private static Gateway gateway(GeminiSimulator google, String upstream) throws Exception {
    return Gateway.start(
        "server: {port: 0, workers: 1, drain_timeout_secs: 5}\n"
            + "clients: [{name: fleet, token: "
            + TOKEN
            + "}]\ngroups: [{name: g, target_url: \""
            + google.baseUrl()
            + "\", http_version: "
            + upstream
            + ", api_keys: ["
            + KEY
            + "]}]\n");
  }

  private void check(
      CorpusExchange exchange,
      GeminiSimulator google,
      Gateway gateway,
      CorpusClient sender,
      String upstream) {
    long ownSeed = seed ^ exchange.toString().hashCode();
    String what = exchange + ", seed " + ownSeed;
    google.script().clear().always(Reaction.of(answer(exchange, ownSeed)));
    google.journal().clear();
    try {
      Response response =
          sender.exchange(exchange.method(), request(exchange), exchange.requestBody(), ownSeed);
      ReceivedRequest received = google.journal().requests().get(0);
      assertEquals(upstream.equals("2") ? "HTTP/2" : "HTTP/1.1", received.protocol(), what);
      checkRequest(what, exchange, received);
      if (exchange.status() >= 400 && ABOUT_THE_KEY.matcher(exchange.responseText()).find()) {
        checkOwnFault(what, exchange, response);
      } else {
        checkResponse(what, exchange, response, gateway.url());
      }
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }

  /** The recorded answer, with the gateway's key wherever Google had repeated the client's. */
  private static Answer answer(CorpusExchange exchange, long seed) {
    Answer answer = exchange.answer(seed);
    for (Header header : exchange.responseHeaders()) {
      if (header.value().contains("REDACTED")) {
        answer =
            answer
                .without(header.name())
                .with(header.name(), header.value().replace("REDACTED", KEY));
      }
    }
    return answer;
  }

  /** The recorded headers and the client's token where the recording had its key. */
  private static CorpusClient.Head request(CorpusExchange exchange) {
    List<Header> headers = new ArrayList<>(exchange.requestHeaders());
    String path = exchange.path();
    switch (exchange.auth()) {
      case "key-param" -> path = path.replace("key=REDACTED", "key=" + TOKEN);
      case "bearer" -> headers.add(new Header("authorization", "Bearer " + TOKEN));
      default -> headers.add(new Header("x-goog-api-key", TOKEN));
    }
    return new CorpusClient.Head(path, headers);
  }

  private static void checkRequest(String what, CorpusExchange exchange, ReceivedRequest received) {
    assertEquals(exchange.method(), received.method(), what);
    assertEquals(exchange.pathWithoutKey(), received.uri(), what);
    byte[] body = exchange.requestBody();
    assertArrayEquals(body == null ? new byte[0] : body, received.body(), what);
    List<Header> passed = plain(received.headers(), ADDED_UPSTREAM);
    passed.removeIf(header -> header.name().startsWith(":"));
    assertEquals(plain(exchange.requestHeaders(), ADDED_UPSTREAM), passed, what);
    boolean openAi = exchange.isOpenAi();
    assertEquals(
        openAi ? List.of("Bearer " + KEY) : List.of(),
        Header.all(received.headers(), "authorization"),
        what);
    assertEquals(
        openAi ? List.of() : List.of(KEY), Header.all(received.headers(), "x-goog-api-key"), what);
  }

  private static void checkResponse(
      String what, CorpusExchange exchange, Response response, String url) {
    assertEquals(exchange.status(), response.status(), what);
    assertArrayEquals(exchange.responseBody(), response.body(), what);
    assertTrue(response.whole(), what);
    List<Header> expected = new ArrayList<>();
    for (Header header : plain(exchange.responseHeaders(), NOT_FOR_CLIENTS)) {
      String value = header.value().replace(GOOGLE, url).replaceAll("[?&]key=REDACTED", "");
      if (!value.contains("REDACTED")) {
        expected.add(new Header(header.name(), value));
      }
    }
    if (exchange.status() == 429) {
      // Google names no time in a header; the gateway knows when a key is back.
      assertTrue(Integer.parseInt(String.valueOf(response.header("retry-after"))) > 0, what);
    }
    List<Header> passed = plain(response.headers(), ADDED_FOR_CLIENTS);
    assertEquals(expected, passed, what);
    assertFalse(response.headers().toString().contains(KEY), what);
  }

  private static void checkOwnFault(String what, CorpusExchange exchange, Response response) {
    // A project whose service is off rests and may come back; a refused key is gone.
    boolean rests = exchange.responseText().contains("has not been used in project");
    assertEquals(rests ? 429 : 503, response.status(), what);
    assertTrue(response.whole(), what);
    assertFalse(response.text().contains(KEY), what);
    assertFalse(ABOUT_THE_KEY.matcher(response.text()).find(), what + ": " + response);
    String form = exchange.isOpenAi() ? "\"type\"" : "\"details\"";
    assertTrue(response.text().contains(form), what + ": " + response);
  }

  /** End-to-end headers in their order, names in lower case, without these. */
  private static List<Header> plain(List<Header> headers, Set<String> without) {
    List<Header> plain = new ArrayList<>();
    for (Header header : headers) {
      String name = header.name().toLowerCase(Locale.ROOT);
      if (!FRAMING.contains(name) && !without.contains(name)) {
        plain.add(new Header(name, header.value()));
      }
    }
    return plain;
  }
}
