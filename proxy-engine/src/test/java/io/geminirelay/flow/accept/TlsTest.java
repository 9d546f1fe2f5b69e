package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void servesBothProtocolsByAlpn() throws Exception {
    X509Bundle bundle = certificate();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", bundle.getCertificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
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

  @Test
  void refusesKeyOfAnotherCertificate() throws Exception {
    TlsFiles mixed = files(certificate(), certificate());
    assertThrows(SSLException.class, () -> ServerTls.load(mixed));
    assertThrows(
        SSLException.class,
        () -> ServerTls.load(new TlsFiles(folder.resolve("none"), mixed.privateKey())));
  }
}
