package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.testing.FakeTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JournalTest {
  private final FakeTime time = new FakeTime();
  private final Journal journal = new Journal();

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      journal.add(Told.served(time, "r" + (journal.newest() + 1)));
    }
  }

  private static List<Long> numbers(List<Journal.Entry> entries) {
    return entries.stream().map(Journal.Entry::seq).toList();
  }

  @Test
  void keepsTheLastThousandNewestFirst() {
    assertEquals(List.of(), journal.newestFirst());
    add(1_234);
    List<Long> expected = LongStream.rangeClosed(1, 1_000).map(i -> 1_235 - i).boxed().toList();
    assertEquals(expected, numbers(journal.newestFirst()));
    assertEquals(List.of(236L, 235L), numbers(journal.before(237)));
    assertEquals(1_234, journal.newest());
  }

  @Test
  void tellsWhatIsNewerAndFindsOneByItsId() {
    add(3);
    assertEquals(List.of(2L, 3L), numbers(journal.since(1)));
    assertEquals(List.of(), journal.since(3));
    assertEquals(2, journal.byId("r2").seq());
    assertNull(journal.byId("r4"));
    add(1_000);
    assertNull(journal.byId("r2"));
    assertEquals(1_000, journal.since(1).size());
  }

  @Test
  void keepsNoMoreOfAModelsNameThanIsBounded() {
    journal.add(new Told().model("m".repeat(8_000)).end(Outcome.REFUSED, 404));
    assertEquals(128, journal.newestFirst().get(0).settled().model().length());
  }

  @Test
  void losesNoneOfManyThreadsToOneThatFollows() throws Exception {
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(
          new Thread(
              () -> {
                for (int n = 0; n < 200; n++) {
                  journal.add(Told.served(time, "x"));
                }
              }));
    }
    writers.forEach(Thread::start);
    long last = 0;
    while (last < 800) {
      for (Journal.Entry entry : journal.since(last)) {
        assertEquals(last + 1, entry.seq());
        last = entry.seq();
      }
      assertTrue(journal.newest() <= 800);
    }
    for (Thread writer : writers) {
      writer.join();
    }
  }
}
