package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExitOrderTest {
  private static final int KEYS = 4_000;
  private static final List<Secret> SECRETS =
      IntStream.range(0, KEYS).mapToObj(i -> Secret.of("AIzaOrderKey" + i)).toList();

  static Destination way(int number) {
    return way("exit-" + number + ".example", 1080, null, null);
  }

  private static Destination way(
      String host, int port, @Nullable String user, @Nullable Secret password) {
    return new Destination(
        TargetConfig.STANDARD,
        new EgressConfig(EgressConfig.Kind.SOCKS5, host, port, user, password));
  }

  private static List<Destination> ways(int count) {
    return IntStream.range(0, count).mapToObj(ExitOrderTest::way).toList();
  }

  private static Destination first(Secret key, List<Destination> ways) {
    return ExitOrder.of(key, ways).get(0);
  }

  /** Chi-square of how often each of {@code ways} is hit, were all alike. */
  private static double chiSquare(Map<Destination, Integer> hits, int total, int ways) {
    double each = (double) total / ways;
    double sum = hits.values().stream().mapToDouble(n -> (n - each) * (n - each) / each).sum();
    return sum + (ways - hits.size()) * each;
  }

  @Test
  void theOrderInTheFileMeansNothing() {
    List<Destination> ways = new ArrayList<>(ways(7));
    Random random = new Random(7);
    for (Secret key : SECRETS.subList(0, 200)) {
      List<Destination> order = ExitOrder.of(key, ways);
      Collections.shuffle(ways, random);
      assertEquals(order, ExitOrder.of(key, ways));
      assertEquals(7, order.stream().distinct().count());
    }
  }

  @Test
  void theHashIsTheOneThatIsDocumented() {
    // By sha256sum: another order means that an update moves the keys of running fleets.
    assertEquals(
        List.of("exit-1.example", "exit-0.example", "exit-2.example", "exit-3.example"),
        ExitOrder.of(SECRETS.get(0), ways(4)).stream().map(w -> w.egress().host()).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8, 16})
  void keysAreSpreadEvenly(int count) {
    Map<Destination, Integer> hits = new HashMap<>();
    SECRETS.forEach(key -> hits.merge(first(key, ways(count)), 1, Integer::sum));
    // With p < 0.001 even for 15 degrees of freedom; the keys are always the same.
    assertTrue(chiSquare(hits, KEYS, count) < 37.7, hits::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 8})
  void aLostExitMovesItsOwnKeysOnlyAndOverAllOthers(int count) {
    List<Destination> all = ways(count);
    List<Destination> left = all.subList(1, count);
    Map<Destination, Integer> moved = new HashMap<>();
    for (Secret key : SECRETS) {
      List<Destination> before = ExitOrder.of(key, all);
      Destination now = first(key, left);
      if (before.get(0).equals(all.get(0))) {
        assertEquals(before.get(1), now);
        moved.merge(now, 1, Integer::sum);
      } else {
        assertEquals(before.get(0), now);
      }
    }
    int total = moved.values().stream().mapToInt(n -> n).sum();
    assertTrue(chiSquare(moved, total, count - 1) < 24.3, moved::toString);
  }

  @Test
  void aNewExitTakesItsShareAndMovesNoOtherKey() {
    int moved = 0;
    for (Secret key : SECRETS) {
      Destination now = first(key, ways(5));
      if (now.equals(way(4))) {
        moved++;
      } else {
        assertEquals(first(key, ways(4)), now);
      }
    }
    assertEquals(KEYS / 5.0, moved, KEYS / 5.0 * 0.15);
  }

  @Test
  void aNewPasswordMovesNothingAndAnotherUserOrPortIsAnotherExit() {
    List<String> before = choices(way("x", 1, "u", Secret.of("before")));
    assertEquals(before, choices(way("x", 1, "u", Secret.of("behind"))));
    assertNotEquals(before, choices(way("x", 2, "u", null)));
    assertNotEquals(before, choices(way("x", 1, "v", null)));
    assertNotEquals(before, choices(way("x", 1, null, null)));
  }

  /** What many keys prefer of {@code way} and another. */
  private static List<String> choices(Destination way) {
    return SECRETS.subList(0, 200).stream()
        .map(key -> String.valueOf(first(key, List.of(way(1), way)).egress()))
        .map(name -> name.contains("exit-1") ? "other" : "way")
        .toList();
  }
}
