package io.geminirelay.flow.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseHeadTest {
  private static final Secret KEY = Secret.of("AQ.chosen");

  @Test
  void keepsHeadersInOrderButForKeysAndTheConnection() {
    HttpResponse answer =
        answer(
            200,
            "Content-Type: text/event-stream",
            "Alt-Svc: h3=\":443\"",
            "X-Goog-Api-Key: other",
            "authorization: Bearer AQ.chosen",
            "X-Echo: a AQ.chosen b",
            "Set-Cookie: a=1",
            "Connection: X-Hop",
            "X-Hop: 1",
            "Set-Cookie: b=2",
            "Content-Length: 3",
            "server-timing: gfet4t7; dur=1");
    assertEquals(
        List.of(
            "Content-Type: text/event-stream",
            "Set-Cookie: a=1",
            "Set-Cookie: b=2",
            "Content-Length: 3",
            "server-timing: gfet4t7; dur=1",
            "x-request-id: id"),
        lines(build(answer, "GET", HttpVersion.HTTP_1_1, true)));
  }

  @ParameterizedTest
  @CsvSource({
    "location,https://google.test/download/v1beta/files/a?alt=media,https://gw:8/download/v1beta/files/a?alt=media",
    "location,https://google.test:443/x?key=AQ.chosen&a=1,https://gw:8/x?a=1",
    "X-Goog-Upload-URL,https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=1&%6bey=z,https://gw:8/upload/v1beta/files?upload_id=1",
    "x-goog-upload-control-url,https://google.test/u?key=z,https://gw:8/u",
    "content-location,https://GOOGLE.test/u,https://gw:8/u",
    "location,//generativelanguage.googleapis.com/v1beta/x?key=z&b=1,https://gw:8/v1beta/x?b=1",
    "location,//google.test:443/x,https://gw:8/x",
    "location,//google.test?a=1,https://gw:8?a=1",
    "location,//other.test/u?a=1,//other.test/u?a=1",
    "location,/relative?key=z&b=1,/relative?b=1",
    "location,https://other.test/u?a=1,https://other.test/u?a=1",
    "location,https://google.test.evil.test/u,https://google.test.evil.test/u",
    "x-goog-upload-chunk-granularity,8388608,8388608",
  })
  void turnsTheTargetsUrlsIntoTheGatewaysOwn(String name, String value, String expected) {
    HttpResponse answer = answer(302, name + ": " + value);
    assertEquals(expected, build(answer, "GET", HttpVersion.HTTP_1_1, true).headers().get(name));
  }

  @ParameterizedTest
  @CsvSource({
    "200,GET,HTTP/1.1,Content-Length: 3,Content-Length: 3",
    "200,GET,HTTP/1.1,Transfer-Encoding: chunked,transfer-encoding: chunked",
    "200,GET,HTTP/1.1,X: 1,transfer-encoding: chunked",
    "200,GET,HTTP/1.0,X: 1,connection: close",
    "200,HEAD,HTTP/1.1,Content-Length: 3,Content-Length: 3",
    "200,HEAD,HTTP/1.1,X: 1,''",
    "204,GET,HTTP/1.1,Content-Length: 0,''",
    "304,GET,HTTP/1.1,X: 1,''",
  })
  void framesTheBodyForTheClient(
      int status, String method, String version, String line, String framing) {
    HttpResponse head = build(answer(status, line), method, HttpVersion.valueOf(version), true);
    assertEquals(
        framing,
        lines(head).stream()
            .filter(l -> l.matches("(?i)(content-length|transfer-encoding|connection):.*"))
            .collect(Collectors.joining()));
  }

  private static HttpResponse build(
      HttpResponse answer, String method, HttpVersion version, boolean https) {
    DefaultHttpRequest head =
        new DefaultHttpRequest(version, HttpMethod.valueOf(method), "/v1beta/x");
    head.headers().add("Host", "gw:8");
    TargetConfig target =
        new TargetConfig(true, "google.test", 443, "", UpstreamProtocol.AUTO, null);
    Exchange exchange = new Exchange("id", head, 0);
    exchange.from(request -> new Caller(null, https, null));
    return ResponseHead.build(answer, exchange, target, KEY);
  }

  private static HttpResponse answer(int status, String... lines) {
    HttpResponse answer =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    for (String line : lines) {
      int colon = line.indexOf(": ");
      answer.headers().add(line.substring(0, colon), line.substring(colon + 2));
    }
    return answer;
  }

  private static List<String> lines(HttpResponse head) {
    return head.headers().entries().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }
}
