package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MirrorTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

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

  @Test
  void whatIsOverIsRememberedUntilItIsKnownAgainOrEnds() {
    mirror.wrote(turn(1), known("bucket/a", 5_000), 0);
    heard(2, known("bucket/b", 6_000), 0);
    heard(3, gone("bucket/a"), 0);
    mirror.wrote(turn(4), gone("bucket/b"), 0);
    mirror.wrote(turn(5), gone("bucket/never"), 0);
    assertEquals(List.of(fact("bucket/a", 5_000), fact("bucket/b", 6_000)), mirror.over(4_000));
    assertEquals(List.of(fact("bucket/b", 6_000)), mirror.over(5_500));
    heard(6, known("bucket/a", 7_000), 0);
    mirror.take(turn(7), List.of(fact("bucket/b", 6_000)));
    assertEquals(List.of(), mirror.over(4_000));
  }

  @Test
  void onlyWhatWasEndedFromHereJustNowMayBeLackedByAReplica() {
    mirror.take(turn(0), List.of(fact("bucket/a", 5_000), fact("bucket/b", 5_000)));
    heard(1, gone("bucket/a"), 0);
    mirror.wrote(turn(2), gone("bucket/b"), 0);
    assertEquals(List.of(fact("bucket/b", 5_000)), mirror.recentlyOver(4_000, 20 * SECOND));
    assertEquals(List.of(), mirror.recentlyOver(4_000, 40 * SECOND));
  }
}
