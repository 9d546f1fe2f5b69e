package io.geminirelay.bench.load.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuTimeTest {
  @Test
  void whatEndedThreadsHaveUsedCounts() {
    CpuTime before = new CpuTime(Map.of(1, 1_000_000L, 2, 500_000L), 0);
    CpuTime after = new CpuTime(Map.of(1, 4_000_000L), 40_000);
    assertEquals(40_000, after.microsSince(before));
  }

  @Test
  void threadsAreCountedFinerThanTheirProcess() {
    CpuTime before = new CpuTime(Map.of(1, 1_000_000L), 10_000);
    CpuTime after = new CpuTime(Map.of(1, 4_500_000L, 2, 7_000L), 10_000);
    assertEquals(3_507, after.microsSince(before));
  }

  @Test
  void aKernelWithoutTheFinerAccountHasTheOther() {
    assertEquals(20_000, new CpuTime(Map.of(), 50_000).microsSince(new CpuTime(Map.of(), 30_000)));
  }
}
