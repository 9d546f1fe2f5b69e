package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private final FakeTime time = new FakeTime();
  private final Instant start = time.instant();
  private final History history = new History(time);

  private void add(Settled settled) {
    history.add(settled, settled.upstreamRefusals());
  }

  @Test
  void aPointHoldsWhatEndedInItsTenSeconds() {
    add(Told.served(time, "a"));
    add(
        new Told(time)
            .attempt("g/1#a", "quota_per_day", 429, "")
            .ok("g/2#b")
            .end(Outcome.SERVED, 200));
    assertEquals(List.of(), history.points());
    time.advance(Duration.ofSeconds(10));
    add(new Told(time).fault(FaultKind.KEYS_COOLING).end(Outcome.REFUSED, 429));
    time.advance(Duration.ofSeconds(10));
    List<History.Point> points = history.points();
    assertEquals(2, points.size());
    assertEquals(start, points.get(0).at());
    assertEquals(new Sum(2, 2, 0, 0, 0, 3, 1, 0, 0, 0, 0), points.get(0).sum());
    assertEquals(100, points.get(0).latency().p50(), 2);
    assertEquals(200, points.get(0).firstByte().p99(), 4);
    assertEquals(start.plusSeconds(10), points.get(1).at());
    assertEquals(new Sum(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0), points.get(1).sum());
    assertNull(points.get(1).latency());
  }

  @Test
  void tellsFailuresFromRefusalsAndFromClientsThatLeft() {
    add(new Told(time).ok("g/1#a").broke("broken_answer").end(Outcome.BROKEN, 200));
    add(new Told(time).fault(FaultKind.NO_KEY).end(Outcome.REFUSED, 503));
    add(new Told(time).attempt("g/1#a", "server_error", 500, "").end(Outcome.SERVED, 500));
    add(new Told(time).attempt("g/1#a", "abandoned", 0, "").end(Outcome.ABANDONED, 0));
    add(new Told(time).attempt("g/1#a", "client_error", 400, "").end(Outcome.SERVED, 400));
    assertEquals(new Sum(5, 1, 0, 3, 1, 4, 0, 0, 0, 0, 0), history.lastMinute().sum());
    assertEquals(history.lastMinute().sum(), history.total());
  }

  @Test
  void theLastMinuteForgetsWhatIsOlder() {
    add(Told.served(time, "a"));
    time.advance(Duration.ofSeconds(30));
    add(Told.served(time, "b"));
    assertEquals(2, history.lastMinute().sum().requests());
    assertNotNull(history.lastMinute().latency());
    time.advance(Duration.ofSeconds(31));
    assertEquals(1, history.lastMinute().sum().requests());
    time.advance(Duration.ofSeconds(60));
    assertEquals(0, history.lastMinute().sum().requests());
    assertNull(history.lastMinute().latency());
  }

  @Test
  void keepsAnHourWithoutGapsAlsoAfterALongPause() {
    add(Told.served(time, "a"));
    time.advance(Duration.ofMinutes(30));
    List<History.Point> points = history.points();
    assertEquals(180, points.size());
    assertEquals(1, points.get(0).sum().requests());
    assertEquals(0, points.get(1).sum().requests());
    time.advance(Duration.ofDays(40).plusSeconds(7));
    add(Told.served(time, "b"));
    time.advance(Duration.ofSeconds(10));
    points = history.points();
    assertEquals(360, points.size());
    for (int i = 1; i < 360; i++) {
      assertEquals(points.get(i - 1).at().plusSeconds(10), points.get(i).at());
      assertEquals(i == 359 ? 1 : 0, points.get(i).sum().requests());
    }
  }

  @Test
  void anIdleHourCostsTheNextExchangeLittle() {
    add(Told.served(time, "a"));
    time.advance(Duration.ofHours(2));
    Settled next = Told.served(time, "b");
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    add(next);
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    // Two histograms, and the points of an hour in which nothing happened.
    assertTrue(taken < 1_000_000, taken + " bytes");
    assertEquals(360, history.points().size());
  }
}
