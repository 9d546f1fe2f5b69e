package io.geminirelay.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Comparison compare(double measured, long bound) {
    return Comparison.of(Map.of("unary", measured), new Bounds(Map.of("unary", bound)));
  }

  private static String row(Comparison comparison) {
    assertEquals(2, comparison.table().size());
    return comparison.table().get(1).replaceAll(" +", " ");
  }

  @Test
  void passesUpToTheBound() {
    Comparison comparison = compare(100, 100);
    assertEquals(List.of(), comparison.failures());
    assertEquals("unary 100.0 100", row(comparison));
  }

  @Test
  void failsAboveTheBoundAndSaysWhatToDo() {
    Comparison comparison = compare(100.4, 100);
    assertEquals("unary 100.4 100 OVER", row(comparison));
    assertEquals(1, comparison.failures().size());
    String failure = comparison.failures().get(0);
    assertTrue(
        failure.startsWith("unary allocates 100.4 bytes an operation, its bound is 100: "),
        failure);
    assertTrue(failure.contains("scripts/bench --allocations"), failure);
    assertTrue(failure.contains("raise the bound in bench/allocations.yaml"), failure);
  }

  @Test
  void tellsABoundThatIsFarAbove() {
    Comparison comparison = compare(79, 100);
    assertEquals(List.of(), comparison.failures());
    assertEquals("unary 79.0 100 the bound can be lowered", row(comparison));
    assertEquals("unary 81.0 100", row(compare(81, 100)));
  }

  @Test
  void leavesTheBoundOfNothingAsItIs() {
    assertEquals("unary 0.0 1", row(compare(0, 1)));
    assertEquals("unary 24.0 1 OVER", row(compare(24, 1)));
  }

  @Test
  void failsWhereSomethingWasNotMeasured() {
    Comparison comparison = Comparison.of(Map.of(), new Bounds(Map.of("unary", 100L)));
    assertEquals("unary none 100 NOT MEASURED", row(comparison));
    assertTrue(comparison.failures().get(0).startsWith("unary was not measured: "));
  }
}
