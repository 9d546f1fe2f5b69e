package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.PlainServer;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Upstreams whose certificate or handshake is not in order: never used, and the error says why. */
class UpstreamTlsTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** An alert takes 19 bytes, or 35 as the JDK pads it; an answer takes more. */
  private static final int ALERT_BYTES = 35;

  @TempDir static Path folder;
  private static X509Bundle root;
  private static Path ca;

  @BeforeAll
  static void issue() throws Exception {
    root = authority("CN=test root");
    ca = Files.writeString(folder.resolve("ca.pem"), root.getCertificatePEM());
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject(name)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static CertificateBuilder server() {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=localhost")
        .addExtendedKeyUsageServerAuth()
        .addSanDnsName("localhost");
  }

  static Stream<Arguments> certificates() throws Exception {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    return Stream.of(
        Arguments.of(
            "expired",
            server().notBefore(now.minus(day.multipliedBy(9))).notAfter(now.minus(day)),
            true,
            "NotAfter"),
        Arguments.of(
            "not yet valid",
            server().notBefore(now.plus(day)).notAfter(now.plus(day.multipliedBy(9))),
            true,
            "NotBefore"),
        Arguments.of(
            "of another name",
            new CertificateBuilder().ecp256().subject("CN=other").addSanDnsName("other.example"),
            true,
            "localhost"),
        Arguments.of(
            "signed by itself",
            server().setIsCertificateAuthority(true),
            false,
            "certification path"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("certificates")
  void aCertificateThatDoesNotHoldIsRefusedAndNamed(
      String name, CertificateBuilder certificate, boolean issued, String why) throws Exception {
    X509Bundle bundle = issued ? certificate.buildIssuedBy(root) : certificate.buildSelfSigned();
    try (ScriptedUpstream upstream = new ScriptedUpstream(tls(bundle));
        Gateway gateway = gateway(upstream.port())) {
      assertRefused(post(gateway, "m"), why);
      assertEquals(0, upstream.seen("m").size(), "the request and its key were sent");
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefusedAndNamed() throws Exception {
    X509Bundle bundle = server().buildIssuedBy(authority("CN=other root"));
    try (ScriptedUpstream upstream = new ScriptedUpstream(tls(bundle));
        Gateway gateway = gateway(upstream.port())) {
      assertRefused(post(gateway, "m"), "certification path");
    }
  }

  static Stream<Arguments> handshakes() {
    return Stream.of(
        Arguments.of("silence", (Object) null, "in time"),
        Arguments.of("FIN", "", "no TLS with localhost"),
        Arguments.of("plain HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "no TLS with localhost"),
        Arguments.of("an alert", "\u0015\u0003\u0003\0\u0002\u0002\u0028", "no TLS with localhost"),
        Arguments.of("half a record", "\u0016\u0003\u0003\u0040\0xxx", "no TLS with localhost"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("handshakes")
  void aHandshakeThatComesToNothingIsACleanError(String name, Object answer, String why)
      throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 50, HERE);
        Gateway gateway = gateway(listening.getLocalPort(), answer == null ? 1 : 20)) {
      PlainServer.daemon(
          () -> {
            Socket socket = listening.accept();
            socket.getInputStream().read(new byte[65_536]);
            if (answer != null) {
              socket.getOutputStream().write(UpstreamVectors.bytes(answer.toString()));
              socket.shutdownOutput();
            }
            socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            socket.close();
          });
      assertRefused(post(gateway, "m"), why);
    }
  }

  /** RFC 9112 section 9.8: anybody on the way can send a FIN. */
  @Test
  void anAnswerThatEndsWithoutTheCloseOfTlsIsNotWhole() throws Exception {
    try (ScriptedUpstream upstream = new ScriptedUpstream(tls(server().buildIssuedBy(root)));
        ServerSocket front = new ServerSocket(0, 50, HERE);
        Gateway gateway = gateway(front.getLocalPort());
        Gateway direct = gateway(upstream.port())) {
      PlainServer.daemon(() -> withoutCloseNotify(front.accept(), upstream.port()));
      for (Gateway each : new Gateway[] {gateway, direct}) {
        upstream.on("m", wire -> wire.say("HTTP/1.1 200 OK\r\n\r\nthe beginning").socket.close());
        try (TestClient client = TestClient.connect(each.port())) {
          Response answer =
              client.exchange("GET", "/v1beta/files/a", Header.list("x-marker", "m"), null);
          assertEquals("200 the beginning", answer.status() + " " + answer.text());
          assertEquals(each == direct, answer.whole());
        }
      }
    }
  }

  /** Carries TLS 1.3 records, but not the alert that says that no more follow. */
  private static void withoutCloseNotify(Socket client, int port) throws java.io.IOException {
    Socket server = new Socket(HERE, port);
    PlainServer.daemon(() -> client.getInputStream().transferTo(server.getOutputStream()));
    DataInputStream in = new DataInputStream(server.getInputStream());
    DataOutputStream out = new DataOutputStream(client.getOutputStream());
    try (client;
        server) {
      while (true) {
        byte[] head = in.readNBytes(5);
        if (head.length < 5) {
          return;
        }
        byte[] record = in.readNBytes((head[3] & 0xff) << 8 | (head[4] & 0xff));
        if (record.length == 1 || record.length > ALERT_BYTES) {
          out.write(head);
          out.write(record);
        }
      }
    }
  }

  private static void assertRefused(Response answer, String why) {
    assertEquals(502, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("\"TLS\""), answer::text);
    assertTrue(answer.text().contains(why), answer::text);
    assertFalse(answer.text().contains(Rig.key(0)));
  }

  private static Response post(Gateway gateway, String marker) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post(Rig.UNARY, Rig.BODY, "x-marker", marker);
    }
  }

  private static Gateway gateway(int port) throws Exception {
    return gateway(port, 20);
  }

  private static Gateway gateway(int port, int tlsSeconds) throws Exception {
    return Gateway.start(
        """
        server: {port: 0, workers: 1, drain_timeout_secs: 5}
        groups: [{name: g, target_url: "https://localhost:%d", ca_file: "%s", api_keys: [%s]}]
        upstream: {max_attempts: 1, tls_timeout_secs: %d}
        """
            .formatted(port, ca, Rig.key(0), tlsSeconds));
  }

  private static ServerSocket tls(X509Bundle certificate) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
    return context.getServerSocketFactory().createServerSocket(0, 50, HERE);
  }
}
