package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PauseTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Choice> gone = new ArrayList<>();
  private final Pause pause = new Pause(channel, gone::add);
  private final Choice choice = KeyChoiceTest.someChoice();

  PauseTest() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void pass(long nanos) {
    channel.advanceTimeBy(nanos, TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void goesOnAfterItsTimeAndHasNothingToGiveBackThen() {
    pause.begin(choice, SECOND);
    pass(SECOND - 1);
    assertTrue(gone.isEmpty());
    pass(1);
    assertEquals(List.of(choice), gone);
    assertNull(pause.cancel());
  }

  @Test
  void givesTheChoiceBackOnceWhenItIsCancelledAndNeverGoesOn() {
    pause.begin(choice, SECOND);
    assertSame(choice, pause.cancel());
    assertNull(pause.cancel());
    pass(2 * SECOND);
    assertTrue(gone.isEmpty());
  }

  @Test
  void showsTheHandlersWhatGoingOnThrows() {
    Pause failing =
        new Pause(
            channel,
            next -> {
              throw new IllegalStateException("defect");
            });
    failing.begin(choice, SECOND);
    pass(SECOND);
    assertThrows(IllegalStateException.class, channel::checkException);
  }

  @Test
  void cancelsNothingBeforeItBegan() {
    assertNull(pause.cancel());
  }

  @Test
  void mayBeginAgain() {
    pause.begin(choice, SECOND);
    pass(SECOND);
    Choice second = KeyChoiceTest.someChoice();
    pause.begin(second, SECOND);
    pass(SECOND);
    assertEquals(List.of(choice, second), gone);
  }
}
