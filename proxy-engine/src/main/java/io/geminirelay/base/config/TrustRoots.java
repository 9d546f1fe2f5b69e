package io.geminirelay.base.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The authorities that a configured file adds to the platform's own. Blocking: reads files. */
public final class TrustRoots {
  private TrustRoots() {}

  /**
   * Trusts the platform's roots and the certificates of {@code caFile}.
   *
   * @throws IllegalArgumentException if the file is unreadable or holds no certificate
   */
  public static TrustManagerFactory with(Path caFile) {
    try (InputStream in = Files.newInputStream(caFile)) {
      KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
      roots.load(null, null);
      int count = 0;
      for (Certificate extra : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        roots.setCertificateEntry("extra-" + count++, extra);
      }
      if (count == 0) {
        throw new IllegalArgumentException(caFile + " holds no certificate");
      }
      for (X509Certificate root : platformRoots()) {
        roots.setCertificateEntry("platform-" + count++, root);
      }
      return factoryOf(roots);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          caFile + " cannot be read as PEM certificates: " + e.getMessage(), e);
    }
  }

  private static X509Certificate[] platformRoots() throws GeneralSecurityException {
    for (TrustManager manager : factoryOf(null).getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }

  /** Trusts {@code roots}; the platform's own if null. */
  public static TrustManagerFactory factoryOf(@Nullable KeyStore roots)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(roots);
    return factory;
  }
}
