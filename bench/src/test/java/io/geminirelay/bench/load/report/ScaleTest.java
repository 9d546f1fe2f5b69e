package io.geminirelay.bench.load.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ScaleTest {
  private static final double NEAR = 1e-6;

  @Test
  void equalRatiosAreEqualDistances() {
    Scale scale = Scale.decades(20, 7_000, 300, 0);
    assertEquals(10, scale.least());
    assertEquals(10_000, scale.most());
    assertEquals(300, scale.place(10), NEAR);
    assertEquals(200, scale.place(100), NEAR);
    assertEquals(0, scale.place(1e9), NEAR);
  }

  @Test
  void oneValueHasADecadeToo() {
    assertEquals(100, Scale.decades(10, 10, 0, 1).most());
  }

  @Test
  void ninesAndPercentilesAreTheSameThing() {
    assertEquals(0, Scale.nines(0), NEAR);
    assertEquals(1, Scale.nines(90), NEAR);
    assertEquals(3, Scale.nines(99.9), NEAR);
    assertEquals(99.99, Scale.percentile(4), NEAR);
  }
}
