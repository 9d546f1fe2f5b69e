package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

final class LeakWatchTest {

  @Test
  void failsTheClassThatLosesABuffer() {
    TestExecutionSummary summary = NestedRun.of(Leaking.class, false);

    assertEquals(1, summary.getTestsSucceededCount(), "the test itself cannot see its leak");
    assertEquals(1, summary.getContainersFailedCount());
    String failures = NestedRun.failures(summary);
    assertTrue(failures.contains("1 leaked resource(s)"), failures);
    assertTrue(failures.contains("LeakWatchTest$Leaking.losesABuffer"), failures);
  }

  @Test
  void passesTheClassThatReleasesEverything() {
    assertEquals(0, NestedRun.of(Clean.class, false).getTotalFailureCount());
  }

  static final class Leaking {
    @Test
    void losesABuffer() {
      ByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
    }
  }

  static final class Clean {
    @Test
    void releasesItsBuffer() {
      ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
      assertTrue(buffer.release());
    }
  }
}
