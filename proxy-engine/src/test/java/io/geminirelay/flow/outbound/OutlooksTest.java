package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.flow.keys.Demand;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often the keys are looked at for a flood of requests that find none. */
class OutlooksTest {
  private final FakeTime time = new FakeTime();
  private int asked;
  private long wait = 7;
  private final Outlooks outlooks =
      new Outlooks(
          time,
          demand -> wait,
          (demand, ahead) -> {
            asked++;
            return wait + ahead;
          });

  private Outlooks.Outlook newcomer(long tokens, long ahead) {
    Demand demand = new Demand("m", List.of(), tokens);
    return outlooks.of(demand, ahead, time.nanoTime() - Outlooks.HOLDS_NANOS);
  }

  @Test
  void asksOnceForAFloodOfAlikeRequests() {
    for (int i = 0; i < 1000; i++) {
      assertEquals(7, newcomer(1000 + i % 10, 0).forecastNanos());
    }
    assertEquals(1, asked);
  }

  @Test
  void asksAgainForAnotherSizeModelOrCrowd() {
    newcomer(100, 0);
    newcomer(120, 0);
    assertEquals(2, asked);
    assertEquals(47, newcomer(100, 40).forecastNanos());
    assertEquals(3, asked);
    outlooks.of(new Demand("n", List.of(), 100), 0, time.nanoTime() - 1);
    outlooks.of(new Demand("n", List.of("g"), 100), 0, time.nanoTime() - 1);
    assertEquals(5, asked);
  }

  @Test
  void asksAgainWhenItIsOldOrTheAskerKnowsSomethingNewer() {
    newcomer(100, 0);
    time.advance(Duration.ofMillis(49));
    newcomer(100, 0);
    assertEquals(1, asked);
    time.advance(Duration.ofMillis(1));
    newcomer(100, 0);
    assertEquals(2, asked);
    outlooks.of(new Demand("m", List.of(), 100), 0, time.nanoTime());
    assertEquals(3, asked);
  }

  @Test
  void tellsNoRequestThatItIsTooLargeBecauseAnotherWas() {
    wait = Long.MAX_VALUE;
    newcomer(1001, 0);
    wait = 7;
    assertEquals(7, newcomer(1000, 0).forecastNanos());
  }

  @Test
  void knowsABoundedNumber() {
    for (int i = 0; i < 10_000; i++) {
      outlooks.of(new Demand("m" + i, List.of(), 1), 0, time.nanoTime() - 1);
    }
    assertEquals(10_000, asked);
  }
}
