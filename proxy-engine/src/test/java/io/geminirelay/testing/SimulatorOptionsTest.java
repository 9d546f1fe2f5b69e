package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A simulator runs as its options say. */
class SimulatorOptionsTest {
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";
  private static final String BODY = "{\"contents\":[{\"parts\":[{\"text\":\"hello\"}]}]}";
  private static final String KEY = "x-goog-api-key";

  private final SimulatorOptions plain = SimulatorOptions.with(new FakeTime());

  @Test
  void countsInsteadOfKeeping() {
    try (GeminiSimulator simulator = GeminiSimulator.start(plain.countingOnly());
        TestClient client = TestClient.connect(simulator.port())) {
      assertEquals(200, client.post(PATH, BODY, KEY, "k1").status());
      assertEquals(1, simulator.journal().requestCount());
      assertEquals(1, simulator.journal().countOf("k1"));
      assertEquals(List.of(), simulator.journal().requests());
      assertEquals(List.of(), simulator.journal().answers());
    }
  }

  @Test
  void sharesEventLoopsAndLeavesThemRunning() {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      SimulatorOptions shared = plain.sharing(group, NioServerSocketChannel.class);
      for (int i = 0; i < 2; i++) {
        try (GeminiSimulator simulator = GeminiSimulator.start(shared);
            TestClient client = TestClient.connect(simulator.port())) {
          assertEquals(200, client.post(PATH, BODY, KEY, "k1").status());
        }
      }
      assertFalse(group.isShuttingDown());
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void speaksHttp1AloneOverTls() {
    try (TestCertificates certificates = TestCertificates.forNames();
        GeminiSimulator simulator = GeminiSimulator.start(plain.http1Only().tls(certificates));
        TestClient client = TestClient.tls(simulator.port(), certificates.caFile())) {
      assertEquals(200, client.post(PATH, BODY, KEY, "k1").status());
      assertThrows(
          AssertionError.class, () -> TestHttp2Client.tls(simulator.port(), certificates.caFile()));
    }
  }

  @Test
  void refusesForeignAuthorities() {
    try (TestCertificates certificates = TestCertificates.forNames();
        TestCertificates others = TestCertificates.forNames();
        GeminiSimulator simulator = GeminiSimulator.start(plain.tls(certificates))) {
      assertThrows(RuntimeException.class, () -> TestClient.tls(simulator.port(), others.caFile()));
      assertThrows(Exception.class, () -> TestHttp2Client.tls(simulator.port(), others.caFile()));
    }
  }

  @Test
  void demoHasSmallQuotasAndOneSpentKey() {
    SimulatorOptions still = SimulatorOptions.with(new FakeTime());
    try (GeminiSimulator demo = GeminiSimulator.demo(still);
        TestClient client = TestClient.connect(demo.port())) {
      assertEquals(4, demo.keys().size());
      for (int i = 0; i < 5; i++) {
        assertEquals(200, client.post(PATH, BODY, KEY, demo.keys().get(1)).status());
      }
      Response minute = client.post(PATH, BODY, KEY, demo.keys().get(1));
      assertTrue(minute.text().contains("PerMinute"));
      Response day = client.post(PATH, BODY, KEY, demo.keys().get(0));
      assertEquals(429, day.status());
      assertTrue(day.text().contains("PerDay"));
      String stream = PATH.replace("generate", "streamGenerate") + "?alt=sse";
      assertTrue(client.post(stream, BODY, KEY, demo.keys().get(2)).whole());
    }
  }

  @Test
  void demoRunsOnTheRealClock() {
    try (GeminiSimulator demo = GeminiSimulator.demo();
        TestClient client = TestClient.connect(demo.port())) {
      assertEquals(200, client.post(PATH, BODY, KEY, demo.keys().get(3)).status());
    }
    assertTrue(SimulatorOptions.with(InstantSource.system()).keepsRequests());
  }
}
