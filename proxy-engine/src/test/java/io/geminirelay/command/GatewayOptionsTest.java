package io.geminirelay.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.TestCertificates;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where {@code status} asks, with which token, and whom it believes. */
class GatewayOptionsTest {
  private static final char[] PASSWORD = "unused".toCharArray();
  private static final String GROUP = "groups: [{name: g, api_keys: [some-key]}]\n";

  @TempDir private Path folder;

  private String file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private String token() throws Exception {
    return file("token", AdminServer.TOKEN + "\n");
  }

  private static SSLContext key(PrivateKey key, X509Certificate... chain) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("server", key, PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden-1\nhidden-2\n",
        "hidden-\u20ac",
        "hidden-\u00e9",
        "hidden-\u0007",
        "hidden blank"
      })
  void aTokenThatNoHeaderCanHoldIsRefusedAndNotShown(String token) throws Exception {
    Ran ran =
        Ran.of("status", "--once", "--url=http://127.0.0.1:1", "--token-file", file("odd", token));
    assertEquals(2, ran.code(), ran::toString);
    assertTrue(ran.err().startsWith("--token-file " + folder.resolve("odd") + " has "), ran.err());
    assertFalse((ran.out() + ran.err()).contains("hidden"), ran::toString);
  }

  @Test
  void aNamedConfigurationThatCannotBeUsedIsWhatEndsTheCommand() throws Exception {
    String missing = folder.resolve("nosuch.yaml").toString();
    String broken = file("broken.yaml", "servr: {}\n");
    try (AdminServer gateway = new AdminServer(0)) {
      for (String config : new String[] {missing, broken}) {
        for (String[] more :
            new String[][] {{}, {"--token-file", token(), "--url=" + gateway.url()}}) {
          String[] all = new String[4 + more.length];
          all[0] = "status";
          all[1] = "--once";
          all[2] = "-c";
          all[3] = config;
          System.arraycopy(more, 0, all, 4, more.length);
          Ran ran = Ran.of(all);
          assertEquals(3, ran.code(), ran::toString);
          String why = config.equals(missing) ? "nosuch.yaml" : "did you mean server?";
          assertTrue(ran.err().contains(why), ran.err());
        }
      }
    }
  }

  @Test
  void asksWhereTheConfigurationListensWithItsToken() throws Exception {
    try (AdminServer gateway = new AdminServer(0)) {
      for (String host : new String[] {"127.0.0.1", "localhost", "0.0.0.0"}) {
        String server =
            "server: {host: %s, port: %d, admin_token: %s}\nauth: none\n"
                .formatted(host, gateway.port(), AdminServer.TOKEN);
        Ran ran = Ran.of("status", "--once", "-c", file("relay.yaml", server + GROUP));
        assertEquals(0, ran.code(), ran::toString);
        assertTrue(ran.out().contains("gemini-relay 9.9.9"), ran.out());
      }
    }
  }

  @Test
  void keepsThePrefixOfAnAddress() throws Exception {
    try (AdminServer gateway = AdminServer.below("/relay/one")) {
      for (String end : new String[] {"/relay/one", "/relay/one/"}) {
        Ran ran = Ran.of("status", "--once", "--url", gateway.url() + end, "--token-file", token());
        assertEquals(0, ran.code(), ran::toString);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "httpx://127.0.0.1:1",
        "ftp://127.0.0.1",
        "http:///path",
        "127.0.0.1:80",
        "http://me:hidden@127.0.0.1:1",
        "http://127.0.0.1:1/?key=hidden"
      })
  void anAddressThatIsNoneIsAWrongArgument(String url) throws Exception {
    Ran ran = Ran.of("status", "--once", "--url", url, "--token-file", token());
    assertEquals(2, ran.code(), ran::toString);
    assertFalse((ran.out() + ran.err()).contains("hidden"), ran::toString);
  }

  @Test
  void believesTheConfiguredCertificateWhateverItsName() throws Exception {
    X509Bundle own =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=relay.example")
            .addSanDnsName("relay.example")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    SSLContext tls = key(own.getKeyPair().getPrivate(), own.getCertificate());
    String certificate = file("cert.pem", own.getCertificatePathPEM());
    String server =
        "server: {port: %d, admin_token: %s, tls: {certificate: %s, private_key: %s}}\n";
    try (AdminServer gateway = AdminServer.secure(tls, "")) {
      String privateKey = file("key.pem", own.getPrivateKeyPEM());
      String text =
          server.formatted(gateway.port(), AdminServer.TOKEN, certificate, privateKey) + GROUP;
      Ran ran = Ran.of("status", "--once", "-c", file("relay.yaml", text));
      assertEquals(0, ran.code(), ran::toString);
      assertTrue(ran.out().contains("https://127.0.0.1:" + gateway.port()), ran.out());
      String url = "--url=https://127.0.0.1:" + gateway.port();
      Ran other =
          Ran.of("status", "--once", url, "--token-file", token(), "--ca-file", certificate);
      assertEquals(1, other.code(), "the name counts where the address is given");
    }
    // Another one at the same address is not believed.
    X509Bundle thief =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=thief")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    SSLContext theirs = key(thief.getKeyPair().getPrivate(), thief.getCertificate());
    try (AdminServer gateway = AdminServer.secure(theirs, "")) {
      String text =
          server.formatted(
                  gateway.port(), AdminServer.TOKEN, certificate, folder.resolve("key.pem"))
              + GROUP;
      Ran ran = Ran.of("status", "--once", "-c", file("relay.yaml", text));
      assertEquals(1, ran.code(), ran::toString);
      assertTrue(ran.err().contains("--ca-file"), ran.err());
    }
  }

  @Test
  void believesThoseWhomTheGivenAuthorityKnows() throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames();
        AdminServer gateway =
            AdminServer.secure(key(certificates.privateKey(), certificates.chain()), "")) {
      String url = "--url=https://127.0.0.1:" + gateway.port();
      String ca = certificates.caFile().toString();
      assertEquals(1, Ran.of("status", "--once", url, "--token-file", token()).code());
      Ran ran = Ran.of("status", "--once", url, "--token-file", token(), "--ca-file", ca);
      assertEquals(0, ran.code(), ran::toString);
      Ran none = Ran.of("status", "--once", url, "--token-file", token(), "--ca-file", token());
      assertEquals(2, none.code(), none::toString);
      assertTrue(none.err().startsWith("--ca-file: "), none.err());
    }
  }
}
