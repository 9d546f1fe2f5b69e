package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
  @TempDir private Path folder;

  private static X509Bundle certificate() throws Exception {
    return new CertificateBuilder()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private TlsFiles files(X509Bundle bundle, X509Bundle key) throws Exception {
    Path certificate = folder.resolve("cert.pem");
    Path privateKey = folder.resolve("key.pem");
    Files.writeString(certificate, bundle.getCertificatePathPEM());
    Files.writeString(privateKey, key.getPrivateKeyPEM());
    return new TlsFiles(certificate, privateKey);
  }

  private static X509ExtendedTrustManager trusting(X509Bundle... bundles) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (X509Bundle bundle : bundles) {
      trusted.setCertificateEntry("ca-" + trusted.size(), bundle.getCertificate());
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    return (X509ExtendedTrustManager) trust.getTrustManagers()[0];
  }

  private static SSLContext client(String protocol, X509ExtendedTrustManager trust)
      throws Exception {
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(null, new TrustManager[] {trust}, null);
    return context;
  }

  @Test
  void servesBothProtocolsByAlpn() throws Exception {
    X509Bundle bundle = certificate();
    SSLContext context = client("TLS", trusting(bundle));
    try (AcceptServer server = new AcceptServer(AcceptServer.LIMITS, 10, files(bundle, bundle))) {
      for (Version version : Version.values()) {
        HttpClient client = HttpClient.newBuilder().sslContext(context).version(version).build();
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/t"))
                    .POST(HttpRequest.BodyPublishers.ofString("body"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals("POST /t body", answer.body());
        assertEquals(version, answer.version());
      }
    }
  }

  /** A client sees a certificate in a full handshake only. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void resumesSessionsUntilThereIsAnotherCertificate(String protocol) throws Exception {
    X509Bundle first = certificate();
    X509Bundle second = certificate();
    List<X509Certificate> seen = new CopyOnWriteArrayList<>();
    SSLContext context = client(protocol, new Witness(trusting(first, second), seen));
    try (AcceptServer server = new AcceptServer(AcceptServer.LIMITS, 10, files(first, first))) {
      ask(context, server);
      ask(context, server);
      assertEquals(List.of(first.getCertificate()), seen);
      server.certificate.follow(ServerTls.load(files(second, second)));
      ask(context, server);
      ask(context, server);
      assertEquals(List.of(first.getCertificate(), second.getCertificate()), seen);
    }
  }

  private static void ask(SSLContext context, AcceptServer server) throws Exception {
    try (Socket socket = context.getSocketFactory().createSocket("localhost", server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
    }
  }

  /** Notes the certificates that it is asked about. */
  private static final class Witness extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trust;
    private final List<X509Certificate> seen;

    Witness(X509ExtendedTrustManager trust, List<X509Certificate> seen) {
      this.trust = trust;
      this.seen = seen;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      seen.add(chain[0]);
      trust.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trust.getAcceptedIssuers();
    }
  }

  @Test
  void refusesKeyOfAnotherCertificate() throws Exception {
    TlsFiles mixed = files(certificate(), certificate());
    assertThrows(SSLException.class, () -> ServerTls.load(mixed));
    assertThrows(
        SSLException.class,
        () -> ServerTls.load(new TlsFiles(folder.resolve("none"), mixed.privateKey())));
  }
}
