package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.testing.FakeTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A key that a client brings: where it leads, and what is not noted down of it. */
class ClientKeyTest {
  private static final Secret OWN = Secret.of("key-of-the-client");
  private static final EgressConfig ONE = exit("one");
  private static final EgressConfig TWO = exit("two");

  private static EgressConfig exit(String host) {
    return new EgressConfig(EgressConfig.Kind.SOCKS5, host, 1080, null, null);
  }

  private static GroupConfig group(
      String name, List<EgressConfig> exits, List<String> models, EgressConfig... keys) {
    List<KeyConfig> all =
        java.util.stream.IntStream.range(0, keys.length)
            .mapToObj(i -> new KeyConfig(Secret.of(name + "-key-" + i), null, 1, keys[i]))
            .toList();
    Map<String, String> plain =
        models.stream().collect(Collectors.toMap(model -> model, model -> model));
    return new GroupConfig(name, TargetConfig.STANDARD, exits, plain, all, null, Map.of());
  }

  private static KeyRing ring(GroupConfig... groups) {
    return KeyRing.of(List.of(groups), KeyRingTest.config(), new FakeTime(), new Random(1));
  }

  private static List<String> exits(GroupConfig group) {
    ApiKey key = ring(group).clientKey(OWN, "m", List.of());
    return assertNotNullKey(key).destinations().stream()
        .map(way -> way.egress() == null ? "direct" : way.egress().host())
        .toList();
  }

  private static ApiKey assertNotNullKey(ApiKey key) {
    assertNotNull(key);
    return key;
  }

  @Test
  void goesTheGroupsWayAndNeverPastAnExit() {
    EgressConfig none = null;
    assertEquals(List.of("direct"), exits(group("g", List.of(), List.of(), none, none)));
    assertEquals(List.of("one", "two"), exits(group("g", List.of(ONE, TWO), List.of(), none)));
    assertEquals(List.of("one"), exits(group("g", List.of(ONE), List.of(), TWO)));
    assertEquals(List.of("direct"), exits(group("g", List.of(), List.of(), ONE, none)));
    assertEquals(List.of("one", "two"), exits(group("g", List.of(), List.of(), ONE, TWO, ONE)));
  }

  @ParameterizedTest
  @CsvSource({"m, '', b", "x, '', a", "m, a, a", "m, c, c", "n, b, b"})
  void choosesTheFirstGroupThatServesTheModelAndIsAllowed(
      String model, String allowed, String chosen) {
    EgressConfig none = null;
    KeyRing ring =
        ring(
            group("a", List.of(), List.of(), none),
            group("b", List.of(), List.of("m"), none),
            group("c", List.of(), List.of("m"), none));
    List<String> names = allowed.isEmpty() ? List.of() : List.of(allowed);
    assertEquals(chosen, assertNotNullKey(ring.clientKey(OWN, model, names)).group());
    assertNull(ring.clientKey(OWN, model, List.of("d")));
  }

  @Test
  void sharesNoStateEvenWithAConfiguredKeyOfTheSameText() {
    EgressConfig none = null;
    KeyRing ring = ring(group("g", List.of(), List.of(), none));
    ApiKey configured = ring.groups().get(0).keys().get(0);
    ApiKey first = assertNotNullKey(ring.clientKey(configured.secret(), "m", List.of()));
    ApiKey second = assertNotNullKey(ring.clientKey(configured.secret(), "m", List.of()));
    assertEquals(configured.secret(), first.secret());
    assertNotSame(configured.state(), first.state());
    assertNotSame(configured.bucket(), first.bucket());
    assertNotSame(first.bucket(), second.bucket());
    assertEquals("g/own", first.toString());
  }

  @ParameterizedTest
  @EnumSource(Effect.class)
  void isNotBlamedForARefusal(Effect effect) {
    KeyVerdict verdict = KeyVerdict.of(effect, Next.NEXT_KEY, "why").ofClientKey();
    boolean ofKey =
        List.of(Effect.COOL_BUCKET, Effect.COOL_PROJECT, Effect.MARK_INVALID).contains(effect);
    assertSame(ofKey ? Effect.NONE : effect, verdict.effect());
    assertEquals("why", verdict.reason());
  }

  @ParameterizedTest
  @CsvSource({
    "NEXT_KEY, ANSWER_CLIENT",
    "NEXT_PROJECT, ANSWER_CLIENT",
    "ANOTHER_KEY_BRIEFLY, SAME_KEY_BACKOFF",
    "SAME_KEY_BACKOFF, SAME_KEY_BACKOFF",
    "NEXT_EXIT, NEXT_EXIT",
    "OTHER_ROUTE, OTHER_ROUTE",
    "RESEND, RESEND",
    "ANSWER_CLIENT, ANSWER_CLIENT"
  })
  void isFollowedByNoOther(Next next, Next own) {
    assertSame(own, KeyVerdict.of(Effect.NONE, next, "why").ofClientKey().next());
  }

  @Test
  void leavesWhatTellsOfTheTarget() {
    Fault fault = Fault.of(FaultKind.CONNECT, "no");
    KeyVerdict verdict =
        VerdictReader.judge(
            new UpstreamOutcome.Failed(fault, false), RateLimitBehavior.QUOTA_AWARE);
    assertEquals(Effect.TARGET_FAILURE, verdict.ofClientKey().effect());
  }
}
