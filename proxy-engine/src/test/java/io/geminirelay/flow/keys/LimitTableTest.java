package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitTableTest {
  private static Map<String, QuotaLimits> table(Object... patternsAndRpm) {
    Map<String, QuotaLimits> table = new LinkedHashMap<>();
    for (int i = 0; i < patternsAndRpm.length; i += 2) {
      table.put((String) patternsAndRpm[i], rpm((int) patternsAndRpm[i + 1]));
    }
    return table;
  }

  private static QuotaLimits rpm(long rpm) {
    return new QuotaLimits(rpm, 0, 0);
  }

  @Test
  void theFirstTableThatKnowsTheModelSaysAll() {
    LimitTable limits =
        new LimitTable(List.of(table("flash", 1), table(), table("flash", 2, "pro", 3)));
    assertEquals(rpm(1), limits.of("flash"));
    assertEquals(rpm(3), limits.of("pro"));
    assertEquals(LimitTable.UNKNOWN, limits.of("other"));
  }

  @Test
  void anExactNameGoesBeforeTheLongestPattern() {
    LimitTable limits =
        new LimitTable(
            List.of(
                table(
                    "*",
                    1,
                    "gemini-*",
                    2,
                    "gemini-2.5-*",
                    3,
                    "gemini-2.5-pro",
                    4,
                    "models/x",
                    5,
                    "models/x*",
                    6)));
    assertEquals(rpm(4), limits.of("gemini-2.5-pro"));
    assertEquals(rpm(3), limits.of("gemini-2.5-flash"));
    assertEquals(rpm(2), limits.of("gemini-2.0"));
    assertEquals(rpm(1), limits.of("gemma"));
    assertEquals(rpm(5), limits.of("x"));
    assertEquals(rpm(6), limits.of("xy"));
  }

  @Test
  void requestsWithoutAModelHaveNoLimit() {
    assertEquals(LimitTable.UNKNOWN, new LimitTable(List.of(table("*", 1))).of(""));
  }

  @Test
  void ofSeveralTheLowestOfEachHolds() {
    LimitTable a = new LimitTable(List.of(Map.of("m", new QuotaLimits(10, 0, 300))));
    LimitTable b = new LimitTable(List.of(Map.of("m", new QuotaLimits(20, 5, 200))));
    LimitTable none = new LimitTable(List.of());
    assertEquals(new QuotaLimits(10, 5, 200), LimitTable.lowest(List.of(a, none, b), "m"));
  }
}
