package io.geminirelay.bench.load.proxy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Certificate and key of the upstream, made for one run.
 *
 * @param authority who has issued it, for those that check
 */
public record TlsFiles(Path authority, Path certificate, Path key) {
  /** Makes them. */
  public static TlsFiles in(Path folder) throws IOException {
    X509Bundle root;
    X509Bundle leaf;
    try {
      root =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=load root")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      leaf =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .addSanIpAddress("127.0.0.1")
              .buildIssuedBy(root);
    } catch (Exception e) {
      throw new IOException("no certificate", e);
    }
    return new TlsFiles(
        Files.writeString(folder.resolve("authority.pem"), root.getCertificatePEM()),
        Files.writeString(folder.resolve("certificate.pem"), leaf.getCertificatePathPEM()),
        Files.writeString(folder.resolve("key.pem"), leaf.getPrivateKeyPEM()));
  }
}
