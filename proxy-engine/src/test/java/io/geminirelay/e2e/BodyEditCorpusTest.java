package io.geminirelay.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.sim.Json;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded requests with edits: each differs by the members meant, and by no other byte. */
class BodyEditCorpusTest {
  private static final Pattern PATH_MODEL = Pattern.compile("/models/([^:/?]+)");
  private static final Pattern ADDED =
      Pattern.compile("(\"generationConfig\":\\{\"topP\":0\\.123}|\"top_?[pP]\":0\\.123),?");
  private static final String MARK = "renamed-";

  private final long seed = new Random().nextLong();

  @ParameterizedTest
  @CsvSource({"1.1, 1.1", "1.1, 2", "2, 1.1", "2, 2"})
  void differsByTheEditAlone(String client, String upstream) throws Exception {
    List<CorpusExchange> exchanges = generating();
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = Gateway.start(yaml(google, exchanges, upstream));
        CorpusClient sender = CorpusClient.of(client, gateway.port())) {
      int added = 0;
      for (CorpusExchange exchange : exchanges) {
        google.script().clear().always(succeeding(exchange, exchanges).replay(seed));
        google.journal().clear();
        var head = new CorpusClient.Head(exchange.pathWithoutKey(), headers(exchange));
        sender.exchange(exchange.method(), head, exchange.requestBody(), seed);
        added += check(exchange, google.journal().requests().get(0)) ? 1 : 0;
      }
      assertTrue(added > exchanges.size() / 2, "edited " + added + " of " + exchanges.size());
    }
  }

  private static List<CorpusExchange> generating() {
    List<CorpusExchange> exchanges =
        new ArrayList<>(
            Corpus.ofKind(
                "native-unary", "native-sse", "native-json-stream", "openai-unary", "openai-sse"));
    exchanges.removeIf(exchange -> exchange.requestBody() == null);
    exchanges.removeIf(
        exchange -> !exchange.path().matches(".*(enerateContent|chat/completions).*"));
    assertTrue(exchanges.size() > 50);
    return exchanges;
  }

  private static CorpusExchange succeeding(CorpusExchange like, List<CorpusExchange> all) {
    return all.stream()
        .filter(other -> other.kind().equals(like.kind()) && other.status() == 200)
        .findFirst()
        .orElseThrow();
  }

  private static List<Header> headers(CorpusExchange exchange) {
    return exchange.requestHeaders().stream()
        .filter(header -> !header.name().equalsIgnoreCase("host"))
        .toList();
  }

  private static String yaml(GeminiSimulator google, List<CorpusExchange> all, String upstream)
      throws Exception {
    Set<String> models = new TreeSet<>();
    for (CorpusExchange exchange : all) {
      models.add(model(exchange));
    }
    StringBuilder aliases = new StringBuilder();
    models.forEach(model -> aliases.append("\"%s\": \"%s\", ".formatted(model, MARK + model)));
    return "server: {port: 0, workers: 1, drain_timeout_secs: 5}\ntop_p: 0.123\n"
        + "groups: [{name: g, target_url: \"%s\", http_version: %s, api_keys: [k], "
            .formatted(google.baseUrl(), upstream)
        + "model_aliases: {%s}}]\n".formatted(aliases);
  }

  private static String model(CorpusExchange exchange) throws Exception {
    Matcher path = PATH_MODEL.matcher(exchange.path());
    return path.find() ? path.group(1) : bare(body(exchange.requestBody()).get("model"));
  }

  private static String bare(Object model) {
    return String.valueOf(model).replaceFirst("^models/", "");
  }

  private static Map<String, Object> body(byte[] json) throws Exception {
    return new LinkedHashMap<>(Json.map(Json.parse(json)));
  }

  /** Compares with the edit of the parsed tree; true if {@code top_p} was added. */
  private boolean check(CorpusExchange exchange, ReceivedRequest received) throws Exception {
    String what = exchange + ", seed " + seed;
    Map<String, Object> expected = body(exchange.requestBody());
    boolean added = addTopP(expected, exchange.isOpenAi());
    if (expected.get("model") instanceof String model) {
      expected.put("model", model.replace(bare(model), MARK + bare(model)));
    }
    assertEquals(expected, body(received.body()), what);
    String original = new String(exchange.requestBody(), UTF_8);
    String without = received.bodyText().replace(MARK, "");
    assertEquals(original, added ? ADDED.matcher(without).replaceFirst("") : without, what);
    String uri = received.uri().replace(MARK, "");
    assertEquals(exchange.pathWithoutKey(), uri, what);
    assertEquals(!exchange.isOpenAi(), received.uri().contains(MARK), what);
    String length = received.header("content-length");
    if (length != null) {
      assertEquals(String.valueOf(received.body().length), length, what);
    }
    return added;
  }

  private static boolean addTopP(Map<String, Object> body, boolean openAi) {
    if (openAi) {
      return body.putIfAbsent("top_p", 0.123) == null;
    }
    String name = body.containsKey("generation_config") ? "generation_config" : "generationConfig";
    Map<String, Object> config = new LinkedHashMap<>(Json.map(body.get(name)));
    if (config.containsKey("topP") || config.containsKey("top_p")) {
      return false;
    }
    config.put("topP", 0.123);
    body.put(name, config);
    return true;
  }
}
