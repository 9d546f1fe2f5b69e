package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** Two keys with two ways each, and the exits that they go by. */
abstract class ExitsCase {
  static final String MODEL = "m";
  static final KeyVerdict BARE = KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, "");
  static final KeyVerdict SUSPECT =
      KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, "exit_rate_limited");
  static final KeyVerdict LOCATION =
      KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, KeyVerdict.LOCATION);

  final FakeTime time = new FakeTime();
  final Exits exits = new Exits(time);
  KeyRing ring;
  Destination one;
  Destination two;

  static EgressConfig exit(String host) {
    return new EgressConfig(
        EgressConfig.Kind.SOCKS5, host, 1080, "user", Secret.of("password-of-" + host));
  }

  static GroupConfig group(String name, List<EgressConfig> egresses, @Nullable EgressConfig own) {
    List<KeyConfig> keys =
        IntStream.range(0, 8)
            .mapToObj(i -> new KeyConfig(Secret.of(name + "-key-" + i), null, 1, own))
            .toList();
    return new GroupConfig(name, TargetConfig.STANDARD, egresses, Map.of(), keys, null, Map.of());
  }

  @BeforeEach
  void twoExits() {
    ring = ring(group("g", List.of(exit("one"), exit("two")), null));
    exits.know(ring);
    List<Destination> ways = ring.groups().get(0).exits();
    one = ways.get(0);
    two = ways.get(1);
  }

  KeyRing ring(GroupConfig... groups) {
    return KeyRing.of(List.of(groups), KeyRingTest.config(), time, new Random(1));
  }

  ApiKey key(int index) {
    return ring.groups().get(0).keys().get(index);
  }

  KeyLease lease(int index) {
    KeyLease lease = new KeyLease();
    lease.fill(new Candidate(key(index), MODEL), false, Demand.FREE, time.nanoTime());
    return lease;
  }

  void settle(int index, Destination way, KeyVerdict verdict) {
    KeyLease lease = lease(index);
    ring.settle(lease, verdict);
    exits.settle(way, lease, verdict, lease.drawnAtNanos());
  }

  /** A bare refusal as it is judged; whether it was laid on the exit. */
  boolean refuse(int index, Destination way) {
    boolean aimed = exits.refused(way, key(index).bucket(), MODEL);
    settle(index, way, aimed ? SUSPECT : BARE);
    return aimed;
  }

  boolean admits(Destination way) {
    return exits.admits(way, time.nanoTime());
  }

  void fail(Destination way, int times) {
    for (int i = 0; i < times; i++) {
      exits.failed(way, FaultKind.EGRESS_CONNECT);
    }
  }

  ExitFigure figure(Destination way) {
    return exits.figures().stream()
        .filter(each -> each.exit().equals(String.valueOf(way.egress())))
        .findFirst()
        .orElseThrow();
  }
}
