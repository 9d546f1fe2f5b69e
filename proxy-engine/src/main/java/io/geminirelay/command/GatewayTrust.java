package io.geminirelay.command;

import io.geminirelay.base.config.TrustRoots;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a command believes to be the gateway: who has a certificate of a known authority for the
 * host's name, and who has the very certificate that the configuration gives the gateway, whatever
 * name that is for. The latter is asked on this machine, by an address for which no authority
 * certifies anything.
 */
final class GatewayTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager authorities;
  private final @Nullable Certificate own;

  private GatewayTrust(X509ExtendedTrustManager authorities, @Nullable Certificate own) {
    this.authorities = authorities;
    this.own = own;
  }

  /**
   * Trusts the platform's authorities and others.
   *
   * @param caFile PEM file of further authorities, or null
   * @param own PEM file whose first certificate is the gateway's, or null
   * @throws IllegalArgumentException if the former cannot be used
   */
  static SSLContext of(@Nullable Path caFile, @Nullable Path own)
      throws IOException, GeneralSecurityException {
    TrustManagerFactory roots =
        caFile == null ? TrustRoots.factoryOf(null) : TrustRoots.with(caFile);
    GatewayTrust trust = new GatewayTrust(extended(roots), own == null ? null : first(own));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {trust}, null);
    return context;
  }

  private static X509ExtendedTrustManager extended(TrustManagerFactory factory)
      throws GeneralSecurityException {
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("this Java cannot check certificates");
  }

  private static Certificate first(Path file) throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private boolean isOwn(X509Certificate[] chain) {
    return chain.length > 0 && chain[0].equals(own);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    if (!isOwn(chain)) {
      authorities.checkServerTrusted(chain, type, engine);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    if (!isOwn(chain)) {
      authorities.checkServerTrusted(chain, type, socket);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    if (!isOwn(chain)) {
      authorities.checkServerTrusted(chain, type);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}
