package io.geminirelay.flow.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.flow.classify.RouteMatch;
import io.geminirelay.flow.classify.RouteTable;
import io.geminirelay.flow.outbound.RequestHead;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Recorded heads pass but for the header rules. */
class RecordedHeadsTest {
  private static final Secret KEY = Secret.of("REDACTED");
  private static final String GOOGLE = "https://generativelanguage.googleapis.com";
  private static final TargetConfig TARGET =
      new TargetConfig(
          true, "generativelanguage.googleapis.com", 443, "", UpstreamProtocol.AUTO, null);

  @Test
  void passEveryRecordedExchange() throws IOException {
    Path corpus = corpus();
    List<Path> files;
    try (Stream<Path> all = Files.walk(corpus)) {
      files = all.filter(f -> f.toString().endsWith(".json")).toList();
    }
    assertFalse(files.isEmpty());
    for (Path file : files) {
      check(file.getFileName().toString(), leaves(file));
    }
  }

  private static void check(String name, Map<String, String> recording) {
    String uri = recording.getOrDefault("/request/path", "");
    HttpMethod method = HttpMethod.valueOf(recording.getOrDefault("/request/method", ""));
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, uri);
    addAll(head.headers(), recording, "/request/headers/");
    Map<String, String> sent = map(head.headers());
    head.headers().add("Host", "gw").add("Authorization", "Bearer client");

    RouteMatch match = RouteTable.match(method, uri);
    assertNull(match.fault(), name);
    String cut = uri.replaceAll("[?&]key=REDACTED$", "").replace("key=REDACTED&", "");
    assertEquals(cut, match.uri(), name);

    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(match.route(), match.uri(), match.model(), match.generating());
    HttpRequest upstream = RequestHead.build(exchange, TARGET, KEY.reveal(), false, null);
    assertEquals(cut, upstream.uri(), name);
    Map<String, String> passed = map(upstream.headers());
    for (String added :
        List.of("host", "via", "x-goog-api-key", "authorization", "content-length")) {
      passed.remove(added);
    }
    assertEquals(sent, passed, name);
    checkAnswer(name, recording, exchange);
  }

  private static void checkAnswer(String name, Map<String, String> recording, Exchange exchange) {
    int status = Integer.parseInt(recording.getOrDefault("/response/status", "0"));
    HttpResponse answer =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    addAll(answer.headers(), recording, "/response/headers/");
    Map<String, String> expected = map(answer.headers());
    expected.remove("alt-svc");
    expected.remove("x-goog-api-key");
    expected.replaceAll((header, value) -> value.replace(GOOGLE, "http://gw"));

    HttpResponse client = ResponseHead.build(answer, exchange, TARGET, KEY);
    Map<String, String> passed = map(client.headers());
    passed.remove("x-request-id");
    passed.remove("transfer-encoding");
    assertEquals(expected, passed, name);
    assertEquals(status, client.status().code());
    assertTrue(passed.values().stream().noneMatch(v -> v.contains("REDACTED")), name);
  }

  private static void addAll(HttpHeaders to, Map<String, String> recording, String at) {
    recording.forEach(
        (path, value) -> {
          if (path.startsWith(at)) {
            to.add(path.substring(at.length()), value);
          }
        });
  }

  private static Map<String, String> map(HttpHeaders headers) {
    Map<String, String> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(header -> map.put(header.getKey(), header.getValue()));
    return map;
  }

  /** The scalar values of a JSON file by their path; array elements share one. */
  private static Map<String, String> leaves(Path file) throws IOException {
    Map<String, String> leaves = new TreeMap<>();
    List<String> names = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      for (@Nullable JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token.isStructStart()) {
          names.add(names.isEmpty() ? "" : String.valueOf(json.currentName()));
        } else if (token.isStructEnd()) {
          names.remove(names.size() - 1);
        } else if (token.isScalarValue()) {
          leaves.put(String.join("/", names) + "/" + json.currentName(), json.getText());
        }
      }
    }
    return leaves;
  }

  private static Path corpus() {
    @Nullable Path at = Path.of("").toAbsolutePath();
    for (; at != null; at = at.getParent()) {
      Path found = at.resolveSibling("shared").resolve("corpus");
      if (Files.isDirectory(found)) {
        return found;
      }
    }
    @Nullable String shared = System.getenv("GEMINI_RELAY_SHARED");
    Assumptions.assumeTrue(shared != null, "../shared/corpus is missing");
    return Path.of(String.valueOf(shared)).resolve("corpus");
  }
}
