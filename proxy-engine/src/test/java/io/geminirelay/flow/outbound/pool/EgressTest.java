package io.geminirelay.flow.outbound.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.EgressConfig.Kind;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.testing.PlainServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EgressTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  private static final String PASSWORD = "open sesame";

  /** Resolves nowhere but in the proxies below, which take every name for this machine. */
  private static final String NAME = "target.invalid";

  @TempDir static Path folder;
  private static Path ca;
  private static X509Bundle certificate;
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void issue() throws Exception {
    X509Bundle root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=test root")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .addSanDnsName(NAME)
            .buildIssuedBy(root);
    ca = Files.writeString(folder.resolve("ca.pem"), root.getCertificatePEM());
  }

  private static EgressConfig egress(Kind kind, int port, @Nullable String user, String password) {
    return new EgressConfig(
        kind, "localhost", port, user, user == null ? null : Secret.of(password));
  }

  private static Destination plain(int port, EgressConfig egress) {
    return new Destination(
        new TargetConfig(false, NAME, port, "", UpstreamProtocol.AUTO, ca), egress);
  }

  private RawServer proxy(Kind kind, boolean guarded) throws Exception {
    if (kind == Kind.SOCKS5) {
      return new RawServer(socket -> socks(socket, guarded));
    }
    ServerSocket listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    if (kind == Kind.HTTPS) {
      listening.close();
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
      listening =
          tls.getServerSocketFactory()
              .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }
    RawServer[] self = new RawServer[1];
    self[0] = new RawServer(listening, socket -> connect(self[0], socket, guarded));
    return self[0];
  }

  private void connect(RawServer self, Socket socket, boolean guarded) throws IOException {
    String head = self.head(socket);
    String authority = head.split(" ")[1];
    asked.add(authority.substring(0, authority.lastIndexOf(':')));
    String pass =
        Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    if (guarded && !head.contains("Basic " + pass)) {
      RawServer.say(
          socket, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    try {
      Socket target =
          new Socket(
              "127.0.0.1", Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1)));
      RawServer.say(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
      PlainServer.join(socket, target);
    } catch (java.net.ConnectException e) {
      RawServer.say(socket, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    }
  }

  private void socks(Socket socket, boolean guarded) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.readByte();
    in.skipNBytes(in.readUnsignedByte());
    socket.getOutputStream().write(new byte[] {5, (byte) (guarded ? 2 : 0)});
    if (guarded) {
      in.readByte();
      String user = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
      String password = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
      boolean good = user.equals("user") && password.equals(PASSWORD);
      socket.getOutputStream().write(new byte[] {1, (byte) (good ? 0 : 1)});
      if (!good) {
        return;
      }
    }
    in.skipNBytes(3);
    int type = in.readUnsignedByte();
    asked.add(
        type == 3
            ? new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII)
            : InetAddress.getByAddress(in.readNBytes(type == 1 ? 4 : 16)).getHostAddress());
    try {
      Socket target = new Socket("127.0.0.1", in.readUnsignedShort());
      socket.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
      PlainServer.join(socket, target);
    } catch (java.net.ConnectException e) {
      socket.getOutputStream().write(new byte[] {5, 5, 0, 1, 0, 0, 0, 0, 0, 0});
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void requestsGoThroughTheProxyWhichGetsTheNameUnresolved(Kind kind) throws Exception {
    try (PoolBench bench = new PoolBench(2, 10);
        RawServer target = RawServer.answering(OK);
        RawServer proxy = proxy(kind, false)) {
      Destination way = plain(target.port(), egress(kind, proxy.port(), null, ""));
      assertEquals("hi", bench.exchange(way));
      assertEquals("hi", bench.exchange(way));
      assertEquals(List.of(NAME), asked);
      assertEquals(1, proxy.accepted());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void tlsToTheTargetRunsInsideTheTunnelOfAGuardedProxy(Kind kind) throws Exception {
    try (PoolBench bench = new PoolBench(2, 10);
        TlsServer target = new TlsServer(certificate, 100, "http/1.1");
        RawServer proxy = proxy(kind, true)) {
      EgressConfig way = egress(kind, proxy.port(), "user", PASSWORD);
      assertEquals(
          "one",
          bench.exchange(PoolBench.tls(NAME, target.port(), UpstreamProtocol.AUTO, ca, way)));
    }
  }

  /** A session that is offered again tells that both connections are of one client. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void sessionsAreResumedThroughTheSameExitOnly(Kind kind) throws Exception {
    try (PoolBench bench = new PoolBench(2, 10);
        TlsServer target = new TlsServer(certificate, 100, "http/1.1");
        RawServer proxy = proxy(kind, false);
        RawServer other = proxy(kind, false)) {
      List<EgressConfig> exits =
          List.of(
              egress(kind, proxy.port(), null, ""),
              egress(kind, other.port(), null, ""),
              egress(kind, proxy.port(), "user", PASSWORD),
              egress(kind, proxy.port(), "user", "another " + PASSWORD));
      List<String> expected = new ArrayList<>();
      for (String each : List.of("new", "resumed")) {
        bench.afresh(https(target, null), target);
        expected.add(each);
        for (EgressConfig exit : exits) {
          bench.afresh(https(target, exit), target);
          expected.add(each);
        }
      }
      assertEquals(expected, target.hellos);
    }
  }

  private static Destination https(TlsServer target, @Nullable EgressConfig egress) {
    return PoolBench.tls("localhost", target.port(), UpstreamProtocol.AUTO, ca, egress);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void wrongCredentialsAreNamedButNotShown(Kind kind) throws Exception {
    try (PoolBench bench = new PoolBench(2, 10);
        RawServer target = RawServer.answering(OK);
        RawServer proxy = proxy(kind, true)) {
      Fault fault =
          bench.refusal(plain(target.port(), egress(kind, proxy.port(), "user", "guessed")));
      assertEquals(FaultKind.EGRESS_AUTH, fault.kind());
      assertFalse(fault.toString().contains("guessed"));
      assertEquals(0, target.accepted());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aProxyThatIsDownIsNotBypassed(Kind kind) throws Exception {
    int free;
    try (ServerSocket probe = new ServerSocket(0)) {
      free = probe.getLocalPort();
    }
    try (PoolBench bench = new PoolBench(2, 10);
        RawServer target = RawServer.answering(OK)) {
      Destination way =
          PoolBench.plain(target.port(), UpstreamProtocol.AUTO, egress(kind, free, null, ""));
      assertEquals(FaultKind.EGRESS_CONNECT, bench.refusal(way).kind());
      assertEquals(0, target.accepted());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aTargetThatTheProxyCannotReachIsAnEgressRefusal(Kind kind) throws Exception {
    int free;
    try (ServerSocket probe = new ServerSocket(0)) {
      free = probe.getLocalPort();
    }
    try (PoolBench bench = new PoolBench(2, 10);
        RawServer proxy = proxy(kind, false)) {
      assertEquals(
          FaultKind.EGRESS_REFUSED,
          bench.refusal(plain(free, egress(kind, proxy.port(), null, ""))).kind());
    }
  }

  @Test
  void anHttpsProxyWithAnUnknownAuthorityIsRefused() throws Exception {
    try (PoolBench bench = new PoolBench(2, 10);
        RawServer target = RawServer.answering(OK);
        RawServer proxy = proxy(Kind.HTTPS, false)) {
      Destination way =
          PoolBench.plain(
              target.port(), UpstreamProtocol.AUTO, egress(Kind.HTTPS, proxy.port(), null, ""));
      assertEquals(FaultKind.EGRESS_CONNECT, bench.refusal(way).kind());
      assertTrue(asked.isEmpty());
      assertEquals(0, target.accepted());
    }
  }
}
