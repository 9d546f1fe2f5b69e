package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.TestClient;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are made to fill memory: the token guard holds them, and must not hold too much. */
class HostileBodyTest {
  private static final int MEGABYTE = 1 << 20;
  private static final byte[] BEGINNING =
      "{\"contents\":[{\"parts\":[{\"text\":\"".getBytes(StandardCharsets.UTF_8);
  private static final byte[] BLOCK = new byte[64 << 10];
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    Arrays.fill(BLOCK, (byte) 'a');
    rig = Rig.of(1, "server.max_tokens_per_request: 100000");
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @BeforeEach
  void forget() {
    rig.journal().clear();
  }

  private static long usedBytes() {
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  /** Sends until the gateway has had enough; the most memory that was in use meanwhile. */
  private static long send(TestClient client, Runnable block, int blocks) {
    long most = usedBytes();
    try {
      for (int i = 0; i < blocks; i++) {
        block.run();
        most = Math.max(most, usedBytes());
      }
    } catch (UncheckedIOException closed) {
      // It was refused and hung up on.
    }
    return most;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesAStringOfAHundredMegabytesInLittleMemory(boolean chunked) {
    long before = usedBytes();
    try (TestClient client = TestClient.connect(rig.port())) {
      List<Header> headers =
          chunked
              ? Header.list("transfer-encoding", "chunked")
              : Header.list("content-length", String.valueOf(100_000_000));
      client.request("POST", Rig.UNARY, headers, null);
      if (chunked) {
        client.sendChunk(BEGINNING);
      } else {
        client.send(BEGINNING);
      }
      Runnable block = () -> blockTo(client, chunked);
      long most = send(client, block, 100_000_000 / BLOCK.length);
      assertTrue(most - before < 16 * MEGABYTE, (most - before) / MEGABYTE + " MB");
      Reading answer = client.begin();
      assertEquals(400, answer.response().status());
    } catch (UncheckedIOException reset) {
      // The answer can be lost where the gateway stops reading (RFC 9112 section 9.6).
    }
    assertEquals(0, rig.journal().requestCount());
    Rig.await(() -> usedBytes() - before < MEGABYTE * 4L, "the memory to come back");
  }

  private static void blockTo(TestClient client, boolean chunked) {
    if (chunked) {
      client.sendChunk(BLOCK);
    } else {
      client.send(BLOCK);
    }
  }

  @Test
  void holdsManySmallChunksInLittleMemoryAndLetsThemGoWithTheirClient() {
    long before = usedBytes();
    byte[] chunk = "1\r\nA\r\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    try (TestClient client = TestClient.connect(rig.port())) {
      client.request("POST", Rig.UNARY, Header.list("transfer-encoding", "chunked"), null);
      client.sendChunk(
          "{\"contents\":[{\"parts\":[{\"thoughtSignature\":\"".getBytes(StandardCharsets.UTF_8));
      // A signature of 500,000 characters is worth 62,500 tokens: nothing is decided yet.
      long most = send(client, () -> client.send(chunk), 50);
      assertTrue(most - before < 16 * MEGABYTE, (most - before) / MEGABYTE + " MB");
      assertEquals(0, rig.journal().requestCount(), "nothing upstream before the end");
    }
    Rig.await(() -> usedBytes() - before < MEGABYTE * 4L, "the memory to come back");
    assertEquals(0, rig.journal().requestCount());
  }
}
