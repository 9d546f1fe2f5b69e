package io.geminirelay.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the benchmarks measure is served. */
class RelayTest {
  private static final int REQUESTS = 20;
  private static final int BODY_BYTES = 1_024;
  private static final int EVENTS = 50;
  private static final int EVENT_BYTES = 300;

  @ParameterizedTest
  @EnumSource
  void servesSingleAnswers(Equipment equipment) throws Exception {
    assertRelayed(MemoryRelay.http1(equipment, Talk.unary()), BODY_BYTES);
    assertRelayed(MemoryRelay.http2(equipment, Talk.unary()), BODY_BYTES);
  }

  @ParameterizedTest
  @EnumSource
  void servesStreams(Equipment equipment) throws Exception {
    assertRelayed(MemoryRelay.http1(equipment, Talk.stream(EVENTS)), EVENTS * EVENT_BYTES);
    assertRelayed(MemoryRelay.http2(equipment, Talk.stream(EVENTS)), EVENTS * EVENT_BYTES);
  }

  private static void assertRelayed(MemoryRelay relay, int answerBytes) throws Exception {
    try {
      long bytes = relay.ask(REQUESTS) + relay.ask(REQUESTS);
      assertTrue(bytes > 2L * REQUESTS * answerBytes, () -> bytes + " bytes");
    } finally {
      relay.stop();
    }
  }

  @Test
  void everythingWritesALineForEachRequest() throws Exception {
    try (NullLog log = new NullLog(Level.INFO)) {
      MemoryRelay relay = MemoryRelay.http1(Equipment.EVERYTHING, Talk.unary());
      relay.ask(REQUESTS);
      log.awaitLines(REQUESTS);
      relay.stop();
      assertEquals(0, log.droppedLines());
    }
  }
}
