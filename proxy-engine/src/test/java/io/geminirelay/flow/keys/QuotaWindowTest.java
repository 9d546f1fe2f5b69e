package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaWindowTest extends QuotaWindowCase {
  @Test
  void whatOthersTakeBackLeavesTheNewestSlotsFirst() {
    QuotaWindow window = new QuotaWindow(START);
    for (int i = 0; i < 4; i++) {
      window.adjust(2, 100, START + i * SLOT);
    }
    window.adjust(-3, -250, START + 10 * SLOT);
    long now = START + 10 * SLOT;
    assertEquals(5, window.requests(now));
    assertEquals(150, window.tokens(now));
    window.adjust(-50, -1_000, now);
    assertEquals(0, window.requests(now));
    assertEquals(0, window.tokens(now));
    assertEquals(0, window.tokens(START + SPAN + 12 * SLOT));
  }

  @Test
  void countsAUseForAMinuteAndAGuardAndAtMostOneSlotLonger() {
    assertTrue(SPAN > MINUTE && SLOT < TimeUnit.MILLISECONDS.toNanos(250));
    for (long offset : new long[] {0, 1, SLOT / 2, SLOT - 1, SLOT, SLOT + 1, 300 * SLOT + 7}) {
      QuotaWindow fresh = new QuotaWindow(START);
      long used = START + offset;
      fresh.add(5, used);
      assertEquals(1, fresh.requests(used), "at once, offset " + offset);
      assertEquals(1, fresh.requests(used + SPAN - 1), "within the span, offset " + offset);
      assertEquals(5, fresh.tokens(used + SPAN - 1));
      assertEquals(0, fresh.requests(used + SPAN + SLOT), "a slot later, offset " + offset);
      assertEquals(0, fresh.tokens(used + SPAN + SLOT));
    }
  }

  @Test
  void admitsExactlyAsManyAsAreAllowed() {
    for (int i = 0; i < 10; i++) {
      assertTrue(window.tryAdd(7, 10, ANY, START + i));
    }
    assertFalse(window.tryAdd(7, 10, ANY, START + SPAN - 1));
    assertEquals(10, window.requests(START + 10));
    assertEquals(70, window.tokens(START + 10));
  }

  @Test
  void drawsNeitherRequestNorTokensWhereOneDoesNotFit() {
    assertTrue(window.tryAdd(60, 10, 100, START));
    assertFalse(window.tryAdd(41, 10, 100, START));
    assertEquals(1, window.requests(START));
    assertEquals(60, window.tokens(START));
    assertTrue(window.tryAdd(40, 10, 100, START));
    assertFalse(window.tryAdd(1, 10, 100, START));
    assertTrue(window.tryAdd(0, 10, 100, START));
  }

  @Test
  void letsWhatCanNeverFitGoAlone() {
    assertTrue(window.tryAdd(500, 10, 100, START));
    assertFalse(window.tryAdd(1, 10, 100, START + 1));
    assertFalse(window.tryAdd(500, 10, 100, START + 1));
    long wait = window.waitNanos(500, 10, 100, START + 1);
    assertFalse(window.tryAdd(500, 10, 100, START + wait));
    assertTrue(window.tryAdd(500, 10, 100, START + 1 + wait));
    assertFalse(new QuotaWindow(START).tryAdd(1, 10, 0, START), "nothing is allowed at all");
  }

  @Test
  void takesBackOnlyWhatIsStillCounted() {
    window.add(10, START);
    window.add(20, START + SLOT);
    window.takeBack(1, 10, START);
    assertEquals(1, window.requests(START + SLOT));
    assertEquals(20, window.tokens(START + SLOT));
    long later = START + SLOT + SPAN + SLOT;
    window.add(30, later);
    window.takeBack(1, 20, START + SLOT);
    assertEquals(1, window.requests(later));
    assertEquals(30, window.tokens(later));
    window.takeBack(5, 500, later);
    assertEquals(0, window.used(later), "never below zero");
  }

  @Test
  void correctsTokensWhereTheyWereDrawn() {
    window.add(10, START);
    window.addTokens(90, START, START + 10 * SLOT);
    assertEquals(100, window.tokens(START + 10 * SLOT));
    assertEquals(0, window.tokens(START + SPAN + SLOT), "they leave with their request");
    window.addTokens(90, START, START + SPAN + SLOT);
    assertEquals(0, window.tokens(START + SPAN + SLOT), "or are late");
  }

  @Test
  void namesTheFirstMomentAtWhichARequestFits() {
    window.add(60, START);
    window.add(30, START + 5 * SLOT);
    window.add(10, START + 9 * SLOT);
    long now = START + 20 * SLOT;
    assertEquals(0, window.waitNanos(0, 10, 100, now));
    for (long tokens : new long[] {1, 59, 60, 61, 90, 91, 100, 1000}) {
      long wait = window.waitNanos(tokens, 10, 100, now);
      assertTrue(wait > 0);
      assertTrue(fitsAt(now + wait, tokens), tokens + " after the wait");
      assertFalse(fitsAt(now + wait - 1, tokens), tokens + " before its end");
    }
    assertEquals(0, window.waitNanos(0, 4, 100, now));
    assertTrue(window.waitNanos(0, 3, 100, now) > 0);
  }

  private static boolean fitsAt(long at, long tokens) {
    QuotaWindow copy = new QuotaWindow(START);
    copy.add(60, START);
    copy.add(30, START + 5 * SLOT);
    copy.add(10, START + 9 * SLOT);
    return copy.tryAdd(tokens, 10, 100, at);
  }

  @Test
  void foretellsWhatIsStillCountedLater() {
    window.add(60, START);
    window.add(30, START + 5 * SLOT);
    long now = START + 20 * SLOT;
    assertEquals(window.used(now), window.usedAt(now, now));
    long firstGone = START + SPAN + SLOT;
    assertEquals(1, QuotaWindow.requestsOf(window.usedAt(firstGone, now)));
    assertEquals(30, QuotaWindow.tokensOf(window.usedAt(firstGone, now)));
    assertEquals(0, window.usedAt(firstGone + 5 * SLOT, now));
  }

  @Test
  void forgetsEverythingAfterALongPauseAndCountsOn() {
    window.add(1, START);
    for (long pause : new long[] {MINUTE * 2, MINUTE * 60 * 24, MINUTE * 60 * 24 * 30}) {
      long now = START + pause;
      assertEquals(0, window.requests(now));
      window.add(1, now);
      assertEquals(1, window.requests(now));
    }
  }

  @Test
  void countsOnAfterAnyNumberOfLaps() {
    long lap = QuotaWindow.SLOTS * SLOT;
    long now = START;
    for (long laps : new long[] {65_279, 65_280, 65_400, 65_534, 65_537, 131_000, 1}) {
      window.add(1, now);
      now += laps * lap + SLOT / 2;
      assertTimeoutPreemptively(Duration.ofSeconds(20), addAt(now), laps + " laps later");
      assertEquals(1, window.requests(now), laps + " laps later");
      now += 2 * lap;
    }
  }

  private Executable addAt(long now) {
    return () -> window.add(1, now);
  }

  @Test
  void countsAThreadWhoseTimeIsALittleBehind() {
    window.add(1, START + 10 * SLOT);
    window.add(1, START);
    window.add(1, START - 3 * SLOT);
    assertEquals(3, window.requests(START + 10 * SLOT));
    window.takeBack(1, 1, START);
    assertEquals(2, window.requests(START + 10 * SLOT));
    window.add(1, START + 1000 * SLOT);
    window.add(1, START + 10 * SLOT);
    assertEquals(2, window.requests(START + 1000 * SLOT), "one stopped for minutes counts now");
  }

  @Test
  void stopsCountingRatherThanOverflows() {
    for (int i = 0; i < 70_000; i++) {
      window.add(QuotaWindow.MOST_TOKENS, START);
    }
    assertTrue(window.requests(START) >= 60);
    assertTrue(window.requests(START) <= 65_535);
    assertTrue(window.tokens(START) < 1L << 32);
    assertEquals(0, window.used(START + SPAN + SLOT));
  }

  /** One use of the reference, which forgets nothing. */
  private record Use(long atNanos, long[] tokens) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithALogOfEveryUse(long seed) {
    Random random = new Random(seed);
    long most = 5 + random.nextInt(200);
    long mostTokens = 1000 + random.nextInt(100_000);
    Queue<Use> log = new ArrayDeque<>();
    List<Use> open = new ArrayList<>();
    long now = START;
    for (int step = 0; step < 30_000; step++) {
      now += gap(random);
      long at = now;
      log.removeIf(use -> at - use.atNanos() >= SPAN + SLOT);
      long strict = log.stream().filter(use -> at - use.atNanos() < SPAN).count();
      String where = "seed " + seed + ", step " + step;
      long counted = window.requests(now);
      assertTrue(counted >= strict && counted <= log.size(), where);
      checkTokens(log, now, where);
      act(random, now, most, mostTokens, log, open);
      assertTrue(window.requests(now) <= most, where);
    }
  }

  private static long gap(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1, 2, 3 -> random.nextLong(SLOT);
      case 4, 5, 6 -> random.nextLong(8 * SLOT);
      default -> random.nextInt(200) == 0 ? random.nextLong(5 * SPAN) : SLOT;
    };
  }

  private void checkTokens(Queue<Use> log, long now, String where) {
    long strict = 0;
    long all = 0;
    for (Use use : log) {
      all += use.tokens()[0];
      strict += now - use.atNanos() < SPAN ? use.tokens()[0] : 0;
    }
    long counted = window.tokens(now);
    assertTrue(counted >= strict && counted <= all, where);
  }

  private void act(
      Random random, long now, long most, long mostTokens, Queue<Use> log, List<Use> open) {
    if (open.isEmpty() || random.nextInt(3) > 0) {
      long tokens = random.nextInt(2000);
      boolean fits = window.waitNanos(tokens, most, mostTokens, now) == 0;
      assertEquals(fits, window.tryAdd(tokens, most, mostTokens, now));
      if (fits) {
        Use use = new Use(now, new long[] {tokens});
        log.add(use);
        open.add(use);
      }
      return;
    }
    Use use = open.remove(random.nextInt(open.size()));
    if (random.nextBoolean()) {
      window.takeBack(1, use.tokens()[0], use.atNanos());
      log.remove(use);
    } else {
      long counted = random.nextInt(1500);
      long more = counted - use.tokens()[0];
      if (more > 0) {
        window.addTokens(more, use.atNanos(), now);
      } else {
        window.takeBack(0, -more, use.atNanos());
      }
      use.tokens()[0] = counted;
    }
  }
}
