package io.geminirelay.bench.load.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.bench.load.plan.Ask;
import org.junit.jupiter.api.Test;

class OrderTest {
  @Test
  void isWhatWasAskedFor() {
    assertEquals(new Order(640, 16, 0, 1_024), order(Ask.fast(640, 16)));
    assertEquals(new Order(Integer.MAX_VALUE, 1, 50_000, 1_024), order(Ask.paced(50_000)));
    assertEquals(new Order(0, 1, 0, 8_192), order(Ask.download(8_192)));
    assertFalse(order(Ask.unary()).isStream());
    assertTrue(order(Ask.fast(1, 1)).isStream());
  }

  private static Order order(Ask ask) {
    return Order.of("POST " + ask.path("a-model") + " HTTP/1.1");
  }
}
