package io.geminirelay.base.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Priority;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadTest {
  private final Load load = new Load();

  private boolean see(double heap) {
    return load.take(Map.of(Signal.HEAP, heap));
  }

  @Test
  void aStepUpIsTakenAtOnce() {
    assertFalse(see(0.84));
    assertFalse(load.isNear());
    assertTrue(see(0.86));
    assertEquals(LoadStep.NEAR, load.step());
    assertTrue(see(1.3));
    assertTrue(load.isRefusing());
    assertFalse(see(1.2));
    assertEquals(Map.of(Signal.HEAP, 1.2), load.ratios());
  }

  @Test
  void aStepDownWaitsUntilItHasBeenBetterForAWhile() {
    see(0.91);
    for (int i = 0; i < 11; i++) {
      assertFalse(see(0.1), "sample " + i);
      assertEquals(LoadStep.LOW_GREEDY, load.step());
    }
    assertTrue(see(0.1));
    assertEquals(LoadStep.CALM, load.step());
  }

  @Test
  void whatSwingsAroundABoundStaysAtTheUpperStep() {
    see(0.901);
    int changes = 0;
    for (int i = 0; i < 100; i++) {
      changes += see(i % 2 == 0 ? 0.885 : 0.901) ? 1 : 0;
    }
    assertEquals(0, changes);
    for (int i = 0; i < 100; i++) {
      changes += see(0.885) ? 1 : 0;
    }
    assertEquals(0, changes, "just under the bound is not enough to leave it");
  }

  @Test
  void itComesDownInAsManyStepsAsItNeeds() {
    see(1);
    List<LoadStep> steps = new ArrayList<>();
    for (double pressure : new double[] {0.96, 0.94, 0.89, 0.5}) {
      for (int i = 0; i < 12; i++) {
        see(pressure);
      }
      steps.add(load.step());
    }
    assertEquals(
        List.of(LoadStep.NORMAL, LoadStep.NORMAL_GREEDY, LoadStep.LOW_GREEDY, LoadStep.CALM),
        steps);
  }

  @Test
  void theWorstSignalCountsAndRequestsThatWaitNeverCostMoreThanLowPriority() {
    load.take(Map.of(Signal.HEAP, 0.2, Signal.EVENT_LOOPS, 0.96, Signal.REQUESTS, 0.0));
    assertEquals(LoadStep.NORMAL_GREEDY, load.step());
    Load other = new Load();
    other.take(Map.of(Signal.WAITING, 1.0));
    assertEquals(LoadStep.LOW, other.step());
    assertFalse(other.isNear(), "another instance has no other quota");
    assertEquals(1.0, other.ratios().get(Signal.WAITING));
  }

  @Test
  void theLessImportantAndTheGreedyAreRefusedFirst() {
    List<String> refused = new ArrayList<>();
    for (LoadStep step : LoadStep.values()) {
      StringBuilder now = new StringBuilder();
      for (Priority priority : Priority.values()) {
        now.append(step.sheds(priority, false) ? 'x' : step.sheds(priority, true) ? 'g' : '-');
      }
      refused.add(now.toString());
    }
    assertEquals(List.of("---", "---", "g--", "x--", "xg-", "xx-", "xxx"), refused);
  }

  @Test
  void heapAndDirectMemoryAndDescriptorsAreKnownHere() {
    LiveHeap heap = new LiveHeap(0);
    heap.refresh(1);
    double ratio = heap.ratio(2);
    assertTrue(ratio > 0 && ratio < 1, "heap " + ratio);
    assertTrue(DirectMemory.limitBytes() > 0);
    UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
    ByteBuf buffer = buffers.directBuffer(1 << 20);
    assertTrue(DirectMemory.usedBytes(buffers) >= 1 << 20);
    buffer.release();
    assertTrue(Descriptors.open() > 0 && Descriptors.open() < Descriptors.limit());
  }

  @Test
  void clientsLeaveSomeDescriptorsToTheRest() {
    assertEquals(750, Descriptors.roomForClients(1_100, 100));
    assertEquals(24, Descriptors.roomForClients(128, 88));
    assertEquals(1, Descriptors.roomForClients(64, 60), "one is served at least");
  }
}
