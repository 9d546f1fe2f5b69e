package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.state.Fact;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Two key rings that tell each other facts. */
abstract class KeyFactsCase {
  final FakeTime time = new FakeTime();
  final KeyRing one = ring(null, Set.of());
  final KeyRing other = ring(null, Set.of());

  KeyRing ring(String project, Set<String> aside) {
    KeysConfig plain = KeyRingTest.config();
    return KeyRing.of(groups(project), with(plain, aside), time, new Random(1));
  }

  static List<GroupConfig> groups(String project) {
    return List.of(KeyRingTest.group("g", 3, List.of(), project));
  }

  static KeysConfig with(KeysConfig plain, Set<String> aside) {
    return new KeysConfig(
        plain.behavior(),
        plain.resetTime(),
        plain.resetZone(),
        plain.maxFailures(),
        plain.temporaryBlock(),
        plain.maxWait(),
        plain.maxWaiting(),
        aside);
  }

  static Map<String, Fact> facts(KeyRing ring) {
    Map<String, Fact> all = new TreeMap<>();
    ring.facts().tell(fact -> all.put(fact.name(), fact));
    return all;
  }

  static ApiKey key(KeyRing ring, int index) {
    return ring.groups().get(0).keys().get(index);
  }

  void learnAll(KeyRing from, KeyRing to) {
    facts(from).values().forEach(fact -> assertTrue(to.facts().learn(fact), fact.name()));
  }

  void passes(Duration step) {
    time.advance(step);
  }

  static Map<String, Fact> changes(KeyRing ring, List<String> over) {
    Map<String, Fact> all = new TreeMap<>();
    assertTrue(ring.facts().tellChanges(fact -> all.put(fact.name(), fact), over::add));
    return all;
  }

  KeyRing aside() {
    KeyRing ring = ring(null, Set.of());
    ring.putAside(Secret.of("g-key-0").fingerprint(), true);
    return ring;
  }
}
