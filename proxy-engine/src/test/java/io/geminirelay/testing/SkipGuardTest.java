package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

final class SkipGuardTest {

  @Test
  void failsAFailedAssumptionWhereNothingMayBeSkipped() {
    TestExecutionSummary summary = NestedRun.of(Assuming.class, true);

    assertEquals(1, summary.getTestsFailedCount(), NestedRun.failures(summary));
    assertEquals(0, summary.getTestsAbortedCount());
  }

  @Test
  void failsTheClassWithADisabledTestWhereNothingMayBeSkipped() {
    assertEquals(1, NestedRun.of(Disabling.class, true).getContainersFailedCount());
  }

  @Test
  void failsTheClassWhosePreparationIsSkipped() {
    TestExecutionSummary summary = NestedRun.of(Unprepared.class, true);

    assertEquals(1, summary.getContainersFailedCount());
    assertTrue(NestedRun.failures(summary).contains("nothing may be skipped"));
  }

  @Test
  void leavesSkipsAloneElsewhere() {
    TestExecutionSummary assuming = NestedRun.of(Assuming.class, false);
    TestExecutionSummary disabling = NestedRun.of(Disabling.class, false);

    assertEquals(0, assuming.getTotalFailureCount() + disabling.getTotalFailureCount());
    assertEquals(1, assuming.getTestsAbortedCount());
    assertEquals(1, disabling.getTestsSkippedCount());
  }

  static final class Assuming {
    @Test
    void assumesTooMuch() {
      Assumptions.abort("the outside program is absent");
    }
  }

  static final class Disabling {
    @Test
    @Disabled("to see what becomes of it")
    void isDisabled() {}
  }

  static final class Unprepared {
    @BeforeAll
    static void assumesTooMuch() {
      Assumptions.abort("the outside program is absent");
    }

    @Test
    void neverRuns() {}
  }
}
