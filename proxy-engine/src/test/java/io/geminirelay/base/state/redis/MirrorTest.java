package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MirrorTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final Comparator<Turn> BY_NUMBER = Comparator.comparingLong(Turn::number);

  private final Mirror mirror = new Mirror();

  private static Fact fact(String name, long until) {
    return new Fact(name, Map.of(), until);
  }

  private static Turn turn(long number) {
    return new Turn("era", number);
  }

  private static Batch known(String name, long until) {
    return new Batch(List.of(fact(name, until)), List.of());
  }

  private static Batch gone(String name) {
    return new Batch(List.of(), List.of(name));
  }

  private void heard(long number, Batch batch, long atNanos) {
    mirror.heard(new RedisChange(turn(number), "other", false, batch), atNanos);
  }

  @Test
  void whatWasHeardLongAgoIsForgottenByWhoOnlyListens() {
    for (int i = 0; i < 1_000; i++) {
      heard(i, known("bucket/" + i, 9_000_000), i * SECOND);
    }
    assertEquals(31, mirror.changes());
  }

  private static Snapshot read(long clock, long number, List<Fact> facts, String... gone) {
    Set<String> names = new HashSet<>(List.of(gone));
    facts.forEach(fact -> names.add(fact.name()));
    return new Snapshot(clock, turn(number), facts, List.of(gone), names, false);
  }

  private static List<String> names(List<Fact> facts) {
    return facts.stream().map(Fact::name).sorted().toList();
  }

  @Test
  void whatIsMissingInAReadingIsKnownOnUntilItEnds() {
    mirror.wrote(turn(1), known("bucket/a", 50_000), 0);
    heard(2, known("bucket/b", 60_000), 0);
    Snapshot empty = read(4_000, 2, List.of());
    assertEquals(List.of("bucket/a", "bucket/b"), names(mirror.missing(empty)));
    mirror.take(empty);
    assertEquals(60_000, mirror.endMillis("bucket/b"));
    assertEquals(
        List.of("bucket/b"), names(mirror.missing(read(49_500, 2, List.of()))), "a second's worth");
    mirror.take(read(60_000, 2, List.of()));
    assertEquals(0, mirror.endMillis("bucket/b"));
  }

  @Test
  void whatAReadingHasInAnyFormIsNotMissing() {
    heard(1, known("bucket/a", 50_000), 0);
    heard(2, known("bucket/b", 50_000), 0);
    Snapshot read =
        new Snapshot(
            4_000, turn(2), List.of(), List.of("bucket/b"), Set.of("bucket/a", "bucket/b"), false);
    assertEquals(List.of(), mirror.missing(read));
    mirror.take(read);
    assertEquals(50_000, mirror.endMillis("bucket/a"), "of a form that is not known here");
    assertEquals(0, mirror.endMillis("bucket/b"));
  }

  @Test
  void whatIsOverIsRememberedUntilItIsKnownAgainOrEnds() {
    mirror.wrote(turn(1), known("bucket/a", 50_000), 0);
    heard(2, known("bucket/b", 60_000), 0);
    heard(3, gone("bucket/a"), 0);
    mirror.wrote(turn(4), gone("bucket/b"), 0);
    mirror.wrote(turn(5), gone("bucket/never"), 0);
    Snapshot back = read(4_000, 5, List.of(fact("bucket/a", 50_000), fact("bucket/b", 60_000)));
    List<Mirror.Over> over = mirror.returned(back);
    assertEquals(
        List.of(turn(3), turn(4)), over.stream().map(Mirror.Over::at).sorted(BY_NUMBER).toList());
    heard(6, known("bucket/a", 70_000), 0);
    assertEquals(1, mirror.returned(back).size());
    mirror.take(read(61_000, 6, List.of()));
    assertEquals(List.of(), mirror.returned(back));
  }
}
