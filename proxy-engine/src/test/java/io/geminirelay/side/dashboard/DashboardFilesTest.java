package io.geminirelay.side.dashboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the dashboard's paths are answered with. */
class DashboardFilesTest {
  private final DashboardFiles files = new DashboardFiles(Runnable::run, DashboardFiles::readAll);
  private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

  /** An answer without its buffer. */
  private record Answer(int status, HttpHeaders headers, byte[] body) {
    String header(String name) {
      return headers.get(name);
    }
  }

  @AfterEach
  void nothingIsLeft() {
    channel.finishAndReleaseAll();
  }

  private boolean ask(DashboardFiles asked, HttpMethod method, String uri, String... headers) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, uri);
    for (int i = 0; i < headers.length; i += 2) {
      head.headers().add(headers[i], headers[i + 1]);
    }
    Exchange exchange = new Exchange("some-id", head, 0);
    exchange.classified(Route.ADMIN, uri, "", false);
    channel.attr(Exchange.KEY).set(exchange);
    ChannelHandlerContext ctx = channel.pipeline().firstContext();
    boolean answered = asked.answer(ctx, exchange);
    channel.runPendingTasks();
    return answered;
  }

  private Answer get(String uri, String... headers) {
    return exchange(HttpMethod.GET, uri, headers);
  }

  private Answer exchange(HttpMethod method, String uri, String... headers) {
    assertTrue(ask(files, method, uri, headers), uri);
    return answer();
  }

  private Answer answer() {
    FullHttpResponse response = channel.readOutbound();
    try {
      byte[] body = new byte[response.content().readableBytes()];
      response.content().readBytes(body);
      return new Answer(response.status().code(), response.headers(), body);
    } finally {
      response.release();
    }
  }

  private static byte[] unzip(byte[] zipped) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      return in.readAllBytes();
    }
  }

  @Test
  void servesEveryFileWithItsType() {
    for (Asset asset : Asset.ALL.values()) {
      Answer answer = get(asset.path());
      assertEquals(200, answer.status(), asset.path());
      assertEquals(asset.type(), answer.header("content-type"));
      assertEquals(answer.body().length, answer.headers().getInt("content-length"));
      assertTrue(answer.body().length > 100, asset.path());
      assertNull(answer.header("content-encoding"));
      assertEquals("some-id", answer.header("x-request-id"));
    }
  }

  @Test
  void keepsThePageAndItsFilesToThemselves() {
    for (String path : List.of("/admin/", "/admin/assets/app.js", "/admin/assets/base.css")) {
      HttpHeaders headers = get(path).headers();
      String policy = headers.get("content-security-policy");
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"));
      assertTrue(policy.contains("frame-ancestors 'none'"));
      assertTrue(policy.contains("base-uri 'none'"));
      assertFalse(policy.contains("unsafe"));
      assertFalse(policy.contains("*"));
      assertEquals("nosniff", headers.get("x-content-type-options"));
      assertEquals("no-referrer", headers.get("referrer-policy"));
      assertEquals("same-origin", headers.get("cross-origin-opener-policy"));
      assertEquals("same-origin", headers.get("cross-origin-resource-policy"));
      assertEquals("DENY", headers.get("x-frame-options"));
      assertTrue(headers.get("permissions-policy").contains("camera=()"));
    }
  }

  @Test
  void leadsToThePage() {
    Answer answer = get("/admin?x=1");
    assertEquals(308, answer.status());
    assertEquals("/admin/", answer.header("location"));
    assertEquals("0", answer.header("content-length"));
  }

  @Test
  void takesNoNoticeOfAQuery() {
    assertEquals(200, get("/admin/?theme=dark").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin/assets/",
        "/admin/assets",
        "/admin/assets/nothing.js",
        "/admin/assets/../index.html",
        "/admin/assets/..%2f..%2flogback.xml",
        "/admin/assets/%2e%2e/index.html",
        "/admin/assets//app.js",
        "/admin/assets/App.js",
        "/admin/assets/app.js/",
        "/admin/assets/Asset.class",
        "/admin/assets/chart.js",
        "/admin/index.html",
        "/admin/api/keys",
        "/admin/openapi.json",
        "/administrator",
        "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js"
      })
  void leavesEveryOtherPathToOthers(String path) {
    assertFalse(ask(files, HttpMethod.GET, path), path);
    assertNull(channel.readOutbound());
  }

  @Test
  void sendsAHeadWithoutABody() {
    Answer whole = get("/admin/assets/app.js");
    Answer head = exchange(HttpMethod.HEAD, "/admin/assets/app.js");
    assertEquals(200, head.status());
    assertEquals(0, head.body().length);
    assertEquals(whole.header("content-length"), head.header("content-length"));
    assertEquals(whole.header("etag"), head.header("etag"));
  }

  @Test
  void refusesToBeWrittenTo() {
    Answer answer = exchange(HttpMethod.POST, "/admin/");
    assertEquals(405, answer.status());
  }

  @Test
  void sendsGzipToThoseWhoTakeIt() throws IOException {
    Answer plain = get("/admin/assets/chart-4.5.1.js");
    Answer zipped = get("/admin/assets/chart-4.5.1.js", "Accept-Encoding", "br, gzip;q=0.5");
    assertEquals("gzip", zipped.header("content-encoding"));
    assertEquals("accept-encoding", zipped.header("vary"));
    assertEquals("accept-encoding", plain.header("vary"));
    assertTrue(zipped.body().length < plain.body().length / 2);
    assertArrayEquals(plain.body(), unzip(zipped.body()));
    assertNotEquals(plain.header("etag"), zipped.header("etag"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "br", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzippy"})
  void sendsItPlainToOthers(String accepted) {
    Answer answer = get("/admin/", "Accept-Encoding", accepted);
    assertNull(answer.header("content-encoding"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip", "*", "br;q=1, *;q=0.1", "deflate,gzip"})
  void knowsTheWaysToAskForGzip(String accepted) {
    assertEquals("gzip", get("/admin/", "Accept-Encoding", accepted).header("content-encoding"));
  }

  @Test
  void tellsThatNothingHasChanged() {
    String etag = get("/admin/").header("etag");
    assertTrue(etag.matches("\"[0-9a-f]{32}\""), etag);
    for (String known : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
      Answer answer = get("/admin/", "If-None-Match", known);
      assertEquals(304, answer.status(), known);
      assertEquals(0, answer.body().length);
      assertEquals(etag, answer.header("etag"));
      assertEquals("no-cache", answer.header("cache-control"));
    }
    assertEquals(200, get("/admin/", "If-None-Match", "\"other\"").status());
    Answer otherForm = get("/admin/", "If-None-Match", etag, "Accept-Encoding", "gzip");
    assertEquals(200, otherForm.status());
  }

  @Test
  void onlyFilesThatNameTheirVersionLast() {
    assertEquals("no-cache", get("/admin/assets/app.js").header("cache-control"));
    for (String library : List.of("chart-4.5.1.js", "pico-2.1.1.css")) {
      String control = get("/admin/assets/" + library).header("cache-control");
      assertTrue(control.contains("immutable"), control);
    }
  }

  @Test
  void readsNothingOnTheEventLoop() {
    Deque<Runnable> reading = new ArrayDeque<>();
    DashboardFiles later = new DashboardFiles(reading::add, DashboardFiles::readAll);
    assertTrue(ask(later, HttpMethod.GET, "/admin/"));
    assertNull(channel.readOutbound());
    reading.remove().run();
    channel.runPendingTasks();
    assertEquals(200, answer().status());
    assertTrue(ask(later, HttpMethod.GET, "/admin/"));
    assertEquals(200, answer().status());
    assertTrue(reading.isEmpty());
  }

  @Test
  void aReadThatFailedIsTriedAgain() {
    AtomicInteger reads = new AtomicInteger();
    DashboardFiles second =
        new DashboardFiles(
            Runnable::run,
            () -> {
              if (reads.incrementAndGet() == 1) {
                throw new UncheckedIOException(new IOException("too many open files"));
              }
              return DashboardFiles.readAll();
            });
    assertTrue(ask(second, HttpMethod.GET, "/admin/"));
    assertThrows(CompletionException.class, channel::checkException);
    assertTrue(ask(second, HttpMethod.GET, "/admin/"));
    assertEquals(200, answer().status());
    assertTrue(ask(second, HttpMethod.GET, "/admin/"));
    assertEquals(200, answer().status());
    assertEquals(2, reads.get());
  }

  @Test
  void answersNobodyWhoHasLeft() {
    Deque<Runnable> reading = new ArrayDeque<>();
    DashboardFiles later = new DashboardFiles(reading::add, DashboardFiles::readAll);
    assertTrue(ask(later, HttpMethod.GET, "/admin/"));
    channel.attr(Exchange.KEY).set(null);
    reading.remove().run();
    channel.runPendingTasks();
    assertNull(channel.readOutbound());
  }
}
