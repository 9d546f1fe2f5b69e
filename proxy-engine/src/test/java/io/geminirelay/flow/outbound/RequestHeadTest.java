package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestHeadTest {
  private static final Secret KEY = Secret.of("AIzaChosen");

  @Test
  void passesEndToEndHeadersInOrderWithOneCredential() {
    HttpRequest head =
        head(
            "POST",
            "host: gw",
            "Authorization: Bearer client",
            "X-Custom: one",
            "x-goog-api-key: client",
            "X-API-KEY: client",
            "Api-Key: client",
            "X-HTTP-Method-Override: DELETE",
            "x-method-override: DELETE",
            "Cookie: s=1",
            "X-Relay-Trace: 1",
            "x-relay-admin: admin",
            "content-type: application/json",
            "Content-Length: 7",
            "X-Custom: two",
            "x-goog-api-client: genai/1");
    assertEquals(
        List.of(
            "host: google.test",
            "X-Custom: one",
            "content-type: application/json",
            "Content-Length: 7",
            "X-Custom: two",
            "x-goog-api-client: genai/1",
            "via: 1.1 gemini-relay",
            "x-goog-api-key: AIzaChosen"),
        lines(build(head, Route.NATIVE, false, false)));
  }

  @Test
  void sendsTheKeyAsBearerInTheOpenAiDialect() {
    HttpRequest head = head("GET", "Host: gw", "authorization: Bearer client");
    assertEquals(
        List.of("host: google.test", "via: 1.1 gemini-relay", "authorization: Bearer AIzaChosen"),
        lines(build(head, Route.OPENAI, false, false)));
  }

  @Test
  void dropsWhatBelongsToTheConnectionOrNamesTheClient() {
    HttpRequest head =
        head(
            "GET",
            "Host: gw",
            "Connection: keep-alive, X-Listed , close",
            "x-listed: 1",
            "Keep-Alive: 5",
            "Proxy-Authorization: Basic x",
            "Proxy-Connection: close",
            "TE: trailers",
            "Trailer: X-T",
            "Upgrade: h2c",
            "HTTP2-Settings: AA",
            "Expect: 100-continue",
            "Forwarded: for=1",
            "X-Forwarded-For: 1",
            "X-Forwarded-Proto: https",
            "X-Real-IP: 1",
            "Referer: https://page.test/private",
            "Via: 1.1 other",
            "x-http2-stream-id: 3",
            "accept: */*");
    assertEquals(
        List.of(
            "host: google.test",
            "accept: */*",
            "via: 1.1 gemini-relay",
            "x-goog-api-key: AIzaChosen"),
        lines(build(head, Route.NATIVE, false, false)));
  }

  @ParameterizedTest
  @CsvSource({
    "POST,Transfer-Encoding: chunked,false,transfer-encoding: chunked",
    "POST,Transfer-Encoding: chunked,true,''",
    "POST,Content-Length: 5,false,Content-Length: 5",
    "POST,X: 1,false,content-length: 0",
    "GET,X: 1,false,''",
  })
  void framesTheBodyAsTheClientDid(String method, String line, boolean http2, String framing) {
    List<String> lines = lines(build(head(method, line), Route.NATIVE, false, http2));
    String found =
        lines.stream()
            .filter(l -> l.matches("(?i)(content-length|transfer-encoding):.*"))
            .collect(Collectors.joining());
    assertEquals(framing, found);
  }

  @Test
  void keepsTheLengthEvenIfConnectionListsIt() {
    HttpRequest head = head("POST", "Connection: content-length", "Content-Length: 5");
    assertEquals("5", build(head, Route.NATIVE, false, false).headers().get("content-length"));
  }

  @Test
  void asksForIdentityWhereTheAnswerIsReadInPassing() {
    HttpRequest head = head("POST", "Accept-Encoding: gzip", "Content-Length: 5");
    assertEquals(
        "identity", build(head, Route.NATIVE, true, false).headers().get("accept-encoding"));
    assertEquals("gzip", build(head, Route.NATIVE, false, false).headers().get("accept-encoding"));
  }

  private static HttpRequest build(HttpRequest head, Route route, boolean generating, boolean h2) {
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(route, "/v1beta/models", "", generating);
    TargetConfig target =
        new TargetConfig(true, "google.test", 443, "", UpstreamProtocol.AUTO, null);
    String credential = route == Route.OPENAI ? "Bearer " + KEY.reveal() : KEY.reveal();
    return RequestHead.build(exchange, target, credential, h2, null);
  }

  private static HttpRequest head(String method, String... lines) {
    HttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/x?key=client");
    for (String line : lines) {
      int colon = line.indexOf(": ");
      head.headers().add(line.substring(0, colon), line.substring(colon + 2));
    }
    return head;
  }

  private static List<String> lines(HttpRequest head) {
    return head.headers().entries().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }
}
