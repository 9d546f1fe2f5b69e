package io.geminirelay.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A throw-away certificate authority with one server certificate for 127.0.0.1, ::1, localhost and
 * further names. The authority's certificate is kept in a PEM file until {@link #close}.
 */
public final class TestCertificates implements AutoCloseable {
  private final X509Bundle leaf;
  private final Path caFile;

  private TestCertificates(X509Bundle leaf, Path caFile) {
    this.leaf = leaf;
    this.caFile = caFile;
  }

  /** Makes a fresh authority and a server certificate that also covers these DNS names. */
  public static TestCertificates forNames(String... dnsNames) {
    try {
      X509Bundle authority =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=Test Authority")
              .setIsCertificateAuthority(true)
              .setKeyUsage(
                  true,
                  CertificateBuilder.KeyUsage.digitalSignature,
                  CertificateBuilder.KeyUsage.keyCertSign)
              .buildSelfSigned();
      CertificateBuilder server =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=localhost")
              .setKeyUsage(true, CertificateBuilder.KeyUsage.digitalSignature)
              .addExtendedKeyUsageServerAuth()
              .addSanDnsName("localhost")
              .addSanIpAddress("127.0.0.1")
              .addSanIpAddress("::1");
      for (String name : dnsNames) {
        server.addSanDnsName(name);
      }
      Path file = Files.createTempFile("test-authority", ".pem");
      file.toFile().deleteOnExit();
      Files.writeString(file, authority.getCertificatePEM(), StandardCharsets.US_ASCII);
      return new TestCertificates(server.buildIssuedBy(authority), file);
    } catch (Exception e) {
      throw new IllegalStateException("cannot make test certificates", e);
    }
  }

  /** The authority's certificate as a PEM file. */
  public Path caFile() {
    return caFile;
  }

  /** The server's private key. */
  public PrivateKey privateKey() {
    return leaf.getKeyPair().getPrivate();
  }

  /** The server's certificate followed by those that issued it. */
  public X509Certificate[] chain() {
    return leaf.getCertificatePath();
  }

  /** The server's private key as PEM text. */
  public String privateKeyPem() {
    return leaf.getPrivateKeyPEM();
  }

  /** The server's certificate chain as PEM text. */
  public String chainPem() {
    return leaf.getCertificatePathPEM();
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(caFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
