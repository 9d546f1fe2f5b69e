package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections of trusted proxies begin with a PROXY header. Which address the gateway took from it
 * shows in who may call: without clients that is this machine alone.
 */
class ProxyProtocolTest {
  private static final String[] SETTINGS = {
    "server.trusted_proxies: [127.0.0.1]", "server.proxy_protocol: true"
  };
  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String ASK =
      "GET /v1beta/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static byte[] joined(byte[] one, byte[] two) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(one);
    all.writeBytes(two);
    return all.toByteArray();
  }

  /** Version 2, TCP over IPv4, from 203.0.113.7 (cb007107) or what is given. */
  private static byte[] version2(String address) {
    return hex(SIGNATURE + "21 11 000c" + address + "7f000001 1f90 1f91");
  }

  private static Response ask(Rig rig, byte[] header) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.send(joined(header, bytes(ASK))).read();
    }
  }

  @Test
  void takesTheClientsAddressFromEitherVersion() throws Exception {
    try (Rig rig = Rig.of(1, SETTINGS)) {
      assertEquals(403, ask(rig, bytes("PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n")).status());
      assertEquals(403, ask(rig, bytes("PROXY TCP6 2001:db8::7 ::1 4711 80\r\n")).status());
      assertEquals(403, ask(rig, version2("cb007107")).status());
      assertEquals(0, rig.journal().requestCount());
      assertEquals(200, ask(rig, bytes("PROXY TCP4 127.0.0.9 127.0.0.1 4711 80\r\n")).status());
      assertEquals(200, ask(rig, bytes("PROXY TCP6 ::1 ::1 4711 80\r\n")).status());
      assertEquals(200, ask(rig, version2("7f000009")).status());
    }
  }

  @Test
  void keepsTheSocketsAddressWhereTheProxySpeaksForItselfAlone() throws Exception {
    try (Rig rig = Rig.of(1, SETTINGS)) {
      // Somebody's request, and nobody knows whose.
      assertEquals(403, ask(rig, bytes("PROXY UNKNOWN\r\n")).status());
      assertEquals(403, ask(rig, hex(SIGNATURE + "21 00 0000")).status());
      assertEquals(200, ask(rig, hex(SIGNATURE + "20 00 0000")).status());
      // LOCAL, whatever address comes with it.
      byte[] local = hex(SIGNATURE + "20 11 000c cb007107 7f000001 1f90 1f91");
      assertEquals(200, ask(rig, local).status());
    }
  }

  @Test
  void takesALineOf107BytesAndNoLongerOneInEverySplit() throws Exception {
    byte[] longest = bytes("PROXY UNKNOWN " + "x".repeat(91) + "\r\n");
    assertEquals(107, longest.length);
    byte[] tooLong = bytes("PROXY UNKNOWN " + "x".repeat(92) + "\r\n");
    try (Rig rig = Rig.of(1, SETTINGS)) {
      inEverySplit(rig, joined(longest, bytes(ASK)), ProxyProtocolTest::assertRefused);
      inEverySplit(rig, tooLong, client -> assertTrue(client.seesClose()));
      assertEquals(0, rig.journal().requestCount());
    }
  }

  @Test
  void readsTheHeaderInEverySplit() throws Exception {
    try (Rig rig = Rig.of(1, SETTINGS)) {
      for (byte[] header :
          List.of(bytes("PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n"), version2("cb007107"))) {
        inEverySplit(rig, joined(header, bytes(ASK)), ProxyProtocolTest::assertRefused);
      }
      assertEquals(0, rig.journal().requestCount());
    }
  }

  private static void assertRefused(TestClient client) {
    assertEquals(403, client.read().status());
  }

  private static void inEverySplit(Rig rig, byte[] sent, Consumer<TestClient> check) {
    EverySplit.of(
        sent,
        10,
        4711,
        pieces -> {
          try (TestClient client = TestClient.connect(rig.port())) {
            pieces.forEach(client::send);
            check.accept(client);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HEALTH,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711\r\n" + HEALTH,
        "PROXY TCP4 203.0.113.777 127.0.0.1 4711 80\r\n" + HEALTH,
        "PROXY TCP9 203.0.113.7 127.0.0.1 4711 80\r\n" + HEALTH,
        "proxy TCP4 203.0.113.7 127.0.0.1 4711 80\r\n" + HEALTH,
        "PROXY "
            + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      })
  void closesAConnectionWithABrokenHeaderOrNone(String start) throws Exception {
    try (Rig rig = Rig.of(1, SETTINGS);
        TestClient client = TestClient.connect(rig.port())) {
      assertTrue(client.send(bytes(start)).seesClose());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"31 11 000c", "22 11 000c", "21 11 0004", "21 31 000c"})
  void closesAConnectionWithABrokenBinaryHeader(String rest) throws Exception {
    byte[] header = hex(SIGNATURE + rest + "cb007107 7f000001 1f90 1f91");
    try (Rig rig = Rig.of(1, SETTINGS);
        TestClient client = TestClient.connect(rig.port())) {
      client.send(joined(header, new byte[70_000]));
      assertTrue(client.seesClose());
    }
  }

  @Test
  void closesAConnectionWhoseHeaderDoesNotCome() throws Exception {
    try (Rig rig = Rig.of(1, SETTINGS[0], SETTINGS[1], "server.limits: {header_timeout_secs: 1}");
        TestClient client = TestClient.connect(rig.port())) {
      client.send("PROXY TCP4 203.0.113.7 ");
      client.readTimeout(Duration.ofSeconds(10));
      assertTrue(client.seesClose());
    }
  }

  @Test
  void closesAConnectionWhoseHeaderHasNotComeWhenTheGatewayStops() throws Exception {
    try (TestClient client = closedByTheStop()) {
      assertTrue(client.seesClose());
    }
  }

  private static TestClient closedByTheStop() throws Exception {
    try (Rig rig = Rig.of(1, SETTINGS)) {
      TestClient client = TestClient.connect(rig.port());
      client.send("PROXY TCP4 203.0.113.7 ");
      // Accepted before, since connections are in their order.
      assertEquals(200, ask(rig, version2("7f000009")).status());
      return client;
    }
  }

  @Test
  void servesOthersWithoutAHeader() throws Exception {
    try (Rig rig = Rig.of(1, "server.trusted_proxies: [10.0.0.0/8]", SETTINGS[1])) {
      assertEquals(200, ask(rig, new byte[0]).status());
      // What would be a header is no request.
      Response refused = ask(rig, bytes("PROXY TCP4 10.0.0.1 127.0.0.1 4711 80\r\n"));
      assertEquals(400, refused.status());
    }
  }

  @Test
  void readsForwardingHeadersBehindTheHeaderOnlyOfTrustedProxies() throws Exception {
    String ask = ASK.replace("Host:", "X-Forwarded-For: 127.0.0.9\r\nHost:");
    try (Rig rig = Rig.of(1, SETTINGS);
        TestClient client = TestClient.connect(rig.port())) {
      client.send(joined(version2("cb007107"), bytes(ask)));
      assertEquals(403, client.read().status());
    }
  }

  @ParameterizedTest
  @CsvSource({"send-proxy,false", "send-proxy-v2,false", "send-proxy,true", "send-proxy-v2,true"})
  void worksBehindHaproxy(String way, boolean tls) throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames()) {
      Path chain = Files.writeString(folder.resolve("chain.pem"), certificates.chainPem());
      Path key = Files.writeString(folder.resolve("key.pem"), certificates.privateKeyPem());
      String files = "server.tls: {certificate: \"%s\", private_key: \"%s\"}".formatted(chain, key);
      try (Rig rig = tls ? Rig.of(1, SETTINGS[0], SETTINGS[1], files) : Rig.of(1, SETTINGS);
          HaproxyProgram haproxy = HaproxyProgram.start(rig.port(), way, folder)) {
        try (TestClient client =
            tls
                ? TestClient.tls(haproxy.port(), certificates.caFile())
                : TestClient.connect(haproxy.port())) {
          for (int i = 0; i < 2; i++) {
            assertEquals(200, client.exchange("GET", "/v1beta/models", List.of(), null).status());
          }
        }
        try (TestHttp2Client client =
            tls
                ? TestHttp2Client.tls(haproxy.port(), certificates.caFile())
                : TestHttp2Client.plain(haproxy.port())) {
          List<Header> spoofed = Header.list("x-forwarded-for", "203.0.113.7");
          assertEquals(200, client.exchange("GET", "/v1beta/models", List.of(), null).status());
          // The client's own address is a trusted one here, so that its word counts.
          assertEquals(403, client.exchange("GET", "/v1beta/models", spoofed, null).status());
        }
      }
    }
  }

  @Test
  void tellsTheClientsOfHaproxyApart() throws Exception {
    FakeTime time = new FakeTime();
    try (Rig rig =
            Rig.of(
                GeminiSimulator.plain(new FakeTime()),
                time,
                "",
                1,
                SETTINGS[0],
                SETTINGS[1],
                "rate_limit: {requests_per_minute: 1, burst_size: 1}");
        HaproxyProgram haproxy = HaproxyProgram.start(rig.port(), "send-proxy-v2", folder)) {
      assertEquals(200, haproxy.statusFrom("127.0.0.5"));
      assertEquals(429, haproxy.statusFrom("127.0.0.5"));
      assertEquals(200, haproxy.statusFrom("127.0.0.6"));
    }
  }
}
