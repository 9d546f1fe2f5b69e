package io.geminirelay.bench.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.ErrorBodyReader;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SimulatedGoogleTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Five minutes before midnight, Pacific time, in summer. */
  private final VirtualTime time = new VirtualTime(Instant.parse("2026-07-16T06:55:00Z"));

  private static Fleet fleet(Quota quota) {
    return new Fleet(
        List.of("gemini-2.5-flash"), List.of(new Fleet.Project("p", true, 1, List.of(quota))));
  }

  private SimulatedGoogle google(Quota quota) {
    return new SimulatedGoogle(fleet(quota), time, new Random(1), 0);
  }

  private static Ask ask(long tokens) {
    return new Ask(0, 0, 0, tokens, tokens, SECOND);
  }

  private void pass(long nanos) {
    time.after(nanos, () -> {});
    time.run();
  }

  private static ErrorBody read(String body) {
    return ErrorBodyReader.look(Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void refusesMoreThanTheMinuteAllowsUntilTheFirstIsAMinuteOld() {
    SimulatedGoogle google = google(new Quota(2, 1_000, 100));
    assertNull(google.ask(0, ask(1)));
    pass(10 * SECOND);
    assertNull(google.ask(0, ask(1)));
    String refusal = google.ask(0, ask(1));
    assertNotNull(refusal);
    ErrorBody body = read(refusal);
    assertEquals(1, body.violations().size());
    assertTrue(body.violations().get(0).quotaId().contains("RequestsPerMinute"));
    assertEquals(50, body.retryDelay() == null ? -1 : body.retryDelay().toSeconds());
    pass(50 * SECOND - 1);
    assertNotNull(google.ask(0, ask(1)));
    pass(1);
    assertNull(google.ask(0, ask(1)));
  }

  @Test
  void countsInputTokens() {
    SimulatedGoogle google = google(new Quota(10, 1_000, 100));
    assertNull(google.ask(0, ask(900)));
    assertNotNull(google.ask(0, ask(101)));
    assertNull(google.ask(0, ask(100)));
  }

  @Test
  void beginsTheDayAtMidnightPacificTime() {
    SimulatedGoogle google = google(new Quota(10, 1_000, 1));
    assertNull(google.ask(0, ask(1)));
    pass(300 * SECOND - 1);
    String refusal = google.ask(0, ask(1));
    assertNotNull(refusal);
    assertTrue(read(refusal).quotaNamed("PerDay").length() > 0);
    pass(1);
    assertNull(google.ask(0, ask(1)));
  }
}
