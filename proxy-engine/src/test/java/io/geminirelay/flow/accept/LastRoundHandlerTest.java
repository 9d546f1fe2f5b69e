package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A listener that is given up ends, whether they go on coming or not. */
class LastRoundHandlerTest {
  private static final int FULL = 16;

  private final MockTicker clock = Ticker.newMockTicker();

  private int sentAway;

  private EmbeddedChannel listener(Duration quiet, Duration most) {
    return EmbeddedChannel.builder()
        .ticker(clock)
        .handlers(new LastRoundHandler(quiet, most, each -> sentAway++))
        .build();
  }

  private void round(EmbeddedChannel listener, int connections) {
    for (int i = 0; i < connections; i++) {
      listener.pipeline().fireChannelRead(new Object());
    }
    listener.pipeline().fireChannelReadComplete();
  }

  private void pass(EmbeddedChannel listener, long millis) {
    clock.advance(millis, TimeUnit.MILLISECONDS);
    listener.runScheduledPendingTasks();
  }

  @Test
  void whoFloodsItCannotKeepItOpen() {
    EmbeddedChannel listener = listener(Duration.ofMillis(100), Duration.ofMillis(500));
    for (int millis = 50; millis < 2_500; millis += 50) {
      pass(listener, 50);
      assertTrue(listener.isOpen(), "somebody may be left after " + millis + " ms");
      round(listener, FULL);
    }
    pass(listener, 50);
    assertFalse(listener.isOpen());
  }

  @Test
  void itEndsOnceNobodyHasComeOrNobodyIsLeft() {
    EmbeddedChannel quiet = listener(Duration.ofMillis(100), Duration.ofMillis(500));
    pass(quiet, 50);
    round(quiet, 1);
    pass(quiet, 99);
    assertTrue(quiet.isOpen());
    pass(quiet, 1);
    assertFalse(quiet.isOpen());

    EmbeddedChannel busy = listener(Duration.ofMillis(100), Duration.ZERO);
    round(busy, FULL);
    assertTrue(busy.isOpen());
    round(busy, FULL - 1);
    assertFalse(busy.isOpen());
  }

  @Test
  void whoComesLateIsSentElsewhere() {
    EmbeddedChannel listener = listener(Duration.ofMillis(100), Duration.ofMillis(200));
    pass(listener, 99);
    round(listener, 1);
    pass(listener, 1);
    for (int i = 0; i < 7; i++) {
      round(listener, 1);
      assertEquals(0, sentAway, "some may have come before");
    }
    round(listener, 1);
    assertEquals(1, sentAway);
    pass(listener, 50);
    round(listener, 1);
    assertEquals(1, sentAway);
    pass(listener, 99);
    assertTrue(listener.isOpen(), "there may be some under way");
    pass(listener, 1);
    assertFalse(listener.isOpen());
  }
}
