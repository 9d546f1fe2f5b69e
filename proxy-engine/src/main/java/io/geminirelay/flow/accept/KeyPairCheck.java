package io.geminirelay.flow.accept;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * Whether a PEM certificate and a PKCS#8 private key belong together. BoringSSL would only notice
 * in the first handshake.
 */
final class KeyPairCheck {
  private static final byte[] PROBE = "gemini-relay".getBytes(StandardCharsets.US_ASCII);

  private KeyPairCheck() {}

  /** Signs with the key and verifies with the certificate; false when that fails. */
  static boolean matches(Path certificate, Path privateKey) throws IOException {
    try (InputStream in = Files.newInputStream(certificate)) {
      PublicKey verifies =
          CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey();
      String algorithm = verifies.getAlgorithm();
      PrivateKey signs =
          KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(der(privateKey)));
      Signature signature = Signature.getInstance(signatureOf(algorithm));
      signature.initSign(signs);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(verifies);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] der(Path pem) throws IOException {
    String text = Files.readString(pem, StandardCharsets.US_ASCII);
    int start = text.indexOf("PRIVATE KEY-----") + "PRIVATE KEY-----".length();
    return Base64.getMimeDecoder().decode(text.substring(start, text.indexOf("-----END", start)));
  }

  private static String signatureOf(String algorithm) {
    return switch (algorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> algorithm;
    };
  }
}
