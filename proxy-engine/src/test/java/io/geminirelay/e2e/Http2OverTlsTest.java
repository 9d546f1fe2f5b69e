package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/2 chosen by ALPN: hostile clients, and one of another implementation with much to do. */
@Timeout(60)
class Http2OverTlsTest {
  private static final int ASKED = 100;

  @TempDir private static Path folder;
  private static TestCertificates certificates;
  private static SSLContext trust;
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    certificates = TestCertificates.forNames("localhost");
    Path chain = Files.writeString(folder.resolve("chain.pem"), certificates.chainPem());
    Path key = Files.writeString(folder.resolve("key.pem"), certificates.privateKeyPem());
    rig =
        Rig.of(
            GeminiSimulator.plain(new FakeTime()),
            "",
            1,
            "server.workers: 1",
            "server.tls: {certificate: \"%s\", private_key: \"%s\"}".formatted(chain, key),
            "server.http2: {max_resets: 10, max_control_frames: 150, flood_window_secs: 3600}",
            "auth: none");
    trust = trusting(certificates.caFile());
  }

  @AfterAll
  static void stop() {
    rig.close();
    certificates.close();
  }

  @BeforeEach
  void forget() {
    rig.script().clear();
    rig.journal().clear();
  }

  private static SSLContext trusting(Path caFile) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(caFile)) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void servesManyStreamsOfAnotherImplementation() throws Exception {
    byte[] body = new byte[200_000];
    Arrays.fill(body, (byte) ' ');
    body[0] = '{';
    body[body.length - 1] = '}';
    rig.script()
        .always(Reaction.of(Answer.of(200, Header.list("content-type", "application/json"), body)));
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(trust).build();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + rig.port() + Rig.UNARY))
            .POST(HttpRequest.BodyPublishers.ofString(Rig.BODY))
            .build();
    HttpResponse<byte[]> first = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(HttpClient.Version.HTTP_2, first.version());
    List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
    for (int i = 0; i < ASKED; i++) {
      all.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
    }
    for (CompletableFuture<HttpResponse<byte[]>> each : all) {
      HttpResponse<byte[]> answer = each.get(30, TimeUnit.SECONDS);
      assertEquals(200, answer.statusCode());
      assertArrayEquals(body, answer.body());
    }
  }

  static Stream<Http2Vector> vectors() {
    return Stream.of(Http2FrameVectors.streams(), Http2HeadVectors.bodies())
        .flatMap(each -> each)
        .filter(each -> each.sent().equals(Http2Vector.NOTHING));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void harmsNobody(Http2Vector vector) throws Exception {
    try (RawHttp2 raw = connect()) {
      raw.send(vector.bytes());
      raw.await(words -> words.startsWith(vector.outcome()), vector.outcome());
      if (vector.outcome().startsWith("goaway")) {
        raw.await("closed");
      }
    }
    assertEquals(0, rig.journal().answers().size());
    try (RawHttp2 next = connect()) {
      next.send(
          Http2Vector.post(1, false, "content-length", "" + Rig.BODY.length()),
          RawHttp2.data(1, Rig.BODY, true));
      next.await("1: 200");
      next.await("1: end");
    }
    assertEquals(1, rig.journal().answers().size());
  }

  private static RawHttp2 connect() throws Exception {
    SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket("localhost", rig.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    assertEquals("h2", socket.getApplicationProtocol());
    RawHttp2 raw = new RawHttp2(socket);
    raw.send(RawHttp2.PREFACE, RawHttp2.settings());
    return raw;
  }
}
