package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.testing.FakeTime;
import org.junit.jupiter.api.Test;

class UsageTableTest {
  private final FakeTime time = new FakeTime();
  private final UsageTable table = new UsageTable();

  private void add(Settled settled) {
    table.add(settled, settled.upstreamRefusals());
  }

  @Test
  void countsExchangesByModelAndClientAndAttemptsByKey() {
    add(
        new Told(time)
            .attempt("g/1#aaaaaaaaaa", "quota_per_minute", 429, "")
            .attempt("g/2#bbbbbbbbbb", "server_error", 500, "")
            .ok("g/3#cccccccccc")
            .end(Outcome.SERVED, 200));
    assertEquals(new Sum(1, 1, 0, 0, 0, 3, 1, 0, 0, 0, 0), table.model("gemini-2.5-flash").sum());
    assertEquals(table.model("gemini-2.5-flash").sum(), table.client("crawler").sum());
    assertEquals(new Sum(1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0), table.key("g/1#aaaaaaaaaa").sum());
    assertEquals(new Sum(1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0), table.key("g/2#bbbbbbbbbb").sum());
    assertEquals(new Sum(1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0), table.key("g/3#cccccccccc").sum());
    assertEquals(300.0, table.model("gemini-2.5-flash").latencyMillis());
    assertEquals(300.0, table.model("gemini-2.5-flash").firstByteMillis());
    assertEquals(time.instant(), table.key("g/3#cccccccccc").lastUsed());
    assertNull(table.key("g/4#dddddddddd"));
  }

  @Test
  void aKeyKeepsItsRowWhenItsNumberChanges() {
    add(new Told(time).ok("g/2#bbbbbbbbbb").end(Outcome.SERVED, 200));
    add(new Told(time).ok("g/1#bbbbbbbbbb").end(Outcome.SERVED, 200));
    assertEquals(2, table.key("g/1#bbbbbbbbbb").sum().served());
    assertEquals(1, table.keys().size());
  }

  @Test
  void namesThatClientsMakeUpTakeNoPlaceFromModels() {
    for (int i = 0; i < 500; i++) {
      add(
          new Told(time)
              .model("made-up-" + i)
              .attempt("g/1#a", "client_error", 404, "")
              .end(Outcome.SERVED, 404));
    }
    add(Told.served(time, "a"));
    assertEquals(2, table.models().size());
    assertEquals(500, table.model(UsageTable.OTHER).sum().requests());
    for (int i = 0; i < 500; i++) {
      add(new Told(time).model("known-" + i).ok("g/1#a").end(Outcome.SERVED, 200));
    }
    assertEquals(UsageTable.MAX_MODELS, table.models().size(), "with the other ones");
    assertNotNull(table.model("known-0"));
  }
}
