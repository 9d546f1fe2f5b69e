package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.Secret;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Many threads choose keys, settle them by every verdict, switch keys off and on, and bring new
 * configurations, while time moves. Key 0 is never at fault, so that a key that fails is never
 * handed out for want of another.
 */
class SelectionHammerTest {
  private static final String MODEL = "m";
  private static final int KEYS = 24;
  private static final int THREADS = 6;
  private static final int STEPS = 10_000;
  private static final Demand DEMAND = new Demand(MODEL, List.of(), 10);
  private static final List<KeyVerdict> FAULTS =
      List.of(
          KeyVerdict.cool("quota_per_day", Rest.UNTIL_RESET, Duration.ZERO, "PerDay"),
          KeyVerdict.cool("quota_per_minute", Rest.FOR_DELAY, Duration.ofSeconds(20), "PerMinute"),
          KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, ""),
          KeyVerdict.of(Effect.MARK_INVALID, Next.NEXT_KEY, "key_invalid"),
          KeyVerdict.of(Effect.COOL_PROJECT, Next.NEXT_PROJECT, "service_disabled"),
          KeyVerdict.of(Effect.KEY_FAILURE, Next.ANOTHER_KEY_BRIEFLY, "empty_answer"),
          KeyVerdict.of(Effect.SERVER_FAILURE, Next.SAME_KEY_BACKOFF, "server_error"),
          KeyVerdict.of(Effect.TARGET_FAILURE, Next.OTHER_ROUTE, "connect"),
          KeyVerdict.of(Effect.MODEL_OVERLOADED, Next.ANOTHER_KEY_BRIEFLY, "overloaded"),
          KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, "exit"),
          KeyVerdict.UNDECIDED);

  private final FakeTime time = new FakeTime();
  private final Queue<Object> wrongs = new ConcurrentLinkedQueue<>();
  private final Map<Cooldown, Long> trials = new ConcurrentHashMap<>();

  /** Odd while the key is switched off; grows with every switch, before and after it. */
  private final AtomicIntegerArray switches = new AtomicIntegerArray(KEYS);

  /** Fingerprints of the keys that are switched off. Guarded by this. */
  private final Set<String> aside = new HashSet<>();

  private final List<GroupConfig> groups = List.of(group());
  private final AtomicReference<KeyRing> ring =
      new AtomicReference<>(
          KeyRing.of(groups, KeyRingTest.config(), time, new java.security.SecureRandom()));

  /** What forbade a key at one moment. */
  private record Held(int switched, boolean disabled, Rests rests) {
    boolean held() {
      return disabled || !rests.none();
    }
  }

  private static GroupConfig group() {
    List<KeyConfig> keys = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      String project = i > 0 && i % 3 == 0 ? "p" + i / 6 : null;
      keys.add(new KeyConfig(Secret.of("hammered-key-" + i), project, 1 + i % 4, null));
    }
    GroupConfig plain = KeyRingTest.group("g", 1, List.of(), null);
    Map<String, QuotaLimits> limits = Map.of("*", new QuotaLimits(2_000_000, 0, 0));
    return new GroupConfig("g", plain.target(), List.of(), Map.of(), keys, null, limits);
  }

  @RepeatedTest(3)
  void handsOutNothingUnusableAndLosesNothing() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("hammer seed " + seed);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(seed + i);
      Thread thread = new Thread(() -> hammer(random));
      thread.setUncaughtExceptionHandler((who, why) -> wrongs.add(why));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), wrongs.stream().limit(5).toList(), "seed " + seed);
    assertTrue(!trials.isEmpty(), "no trial was given at all");
    assertNoneIsLost(seed);
  }

  private void hammer(Random random) {
    for (int i = 0; i < STEPS && wrongs.isEmpty(); i++) {
      int what = random.nextInt(1_000);
      if (what < 5) {
        switchOver(1 + random.nextInt(KEYS - 1));
      } else if (what < 8) {
        reload();
      } else if (what < 12) {
        ring.get().reset(key(ring.get(), random.nextInt(KEYS)));
      } else if (what < 100) {
        time.advance(Duration.ofMillis(random.nextInt(what < 14 ? 3_600_000 : 2_000)));
      } else {
        exchange(random);
      }
    }
  }

  private static ApiKey key(KeyRing ring, int index) {
    return ring.groups().get(0).keys().get(index);
  }

  private synchronized void switchOver(int index) {
    boolean off = switches.get(index) % 4 == 0;
    switches.incrementAndGet(index);
    String print = key(ring.get(), index).secret().fingerprint();
    if (off) {
      aside.add(print);
    } else {
      aside.remove(print);
    }
    reload();
    switches.incrementAndGet(index);
  }

  private synchronized void reload() {
    ring.set(ring.get().successor(groups, KeyRingTest.putAside(aside)));
  }

  private Held held(ApiKey key) {
    return new Held(
        switches.get(key.index()),
        key.state().status() == KeyState.Status.DISABLED,
        key.rests(MODEL));
  }

  private void exchange(Random random) {
    KeyRing current = ring.get();
    List<ApiKey> keys = current.groups().get(0).keys();
    List<Held> before = keys.stream().map(this::held).toList();
    TriedKeys tried = new TriedKeys();
    if (random.nextInt(4) == 0) {
      tried.add(keys.get(random.nextInt(KEYS)));
    }
    KeyLease lease = new KeyLease();
    ApiKey key = current.selector().select(DEMAND, tried, lease);
    if (key == null) {
      if (!tried.contains(keys.get(0))) {
        wrongs.add("key 0 was not handed out");
      }
      return;
    }
    check(key, lease, before.get(key.index()), held(key));
    if (tried.contains(key)) {
      wrongs.add(key + " was handed out though tried");
    }
    boolean fault = key.index() > 0 && random.nextInt(3) == 0;
    KeyVerdict verdict = fault ? FAULTS.get(random.nextInt(FAULTS.size())) : KeyVerdict.SUCCESS;
    endOfTrial(lease, key);
    current.settle(lease, verdict);
  }

  private void check(ApiKey key, KeyLease lease, Held before, Held after) {
    if (lease.isTrial()) {
      checkTrial(key, lease);
      return;
    }
    // A record of the same objects: nothing began or ended in between.
    boolean same = sameRests(before.rests(), after.rests());
    if (before.held() && same && before.equals(after)) {
      wrongs.add(key + " was handed out though " + before);
    }
  }

  private static boolean sameRests(Rests one, Rests other) {
    return one.invalid() == other.invalid()
        && one.failing() == other.failing()
        && one.whole() == other.whole()
        && one.model() == other.model();
  }

  private static List<Cooldown> ofTrial(ApiKey key, KeyLease lease) {
    long until = lease.drawnAtNanos() + Cooldown.TRIAL_PATIENCE_NANOS;
    Rests rests = key.rests(MODEL);
    List<Cooldown> all = new ArrayList<>();
    for (Cooldown each :
        new Cooldown[] {rests.invalid(), rests.failing(), rests.whole(), rests.model()}) {
      if (each != null && each.trialAtNanos() == until) {
        all.add(each);
      }
    }
    return all;
  }

  private void checkTrial(ApiKey key, KeyLease lease) {
    for (Cooldown each : ofTrial(key, lease)) {
      Long other = trials.put(each, lease.drawnAtNanos());
      if (other != null
          && other != Long.MIN_VALUE
          && Math.abs(lease.drawnAtNanos() - other) < Cooldown.TRIAL_PATIENCE_NANOS) {
        wrongs.add(key + " was given for a trial twice within " + (lease.drawnAtNanos() - other));
      }
    }
  }

  /** Before the verdict: afterwards the next trial may begin at once. */
  private void endOfTrial(KeyLease lease, ApiKey key) {
    if (lease.isTrial()) {
      ofTrial(key, lease).forEach(each -> trials.put(each, Long.MIN_VALUE));
    }
  }

  private synchronized void assertNoneIsLost(long seed) {
    aside.clear();
    reload();
    KeyRing current = ring.get();
    time.advance(Duration.ofHours(30));
    KeyLease lease = new KeyLease();
    for (int i = 0; i < 40 * KEYS; i++) {
      current.selector().select(DEMAND, new TriedKeys(), lease);
      current.settle(lease, KeyVerdict.SUCCESS);
      time.advance(Duration.ofSeconds(1));
    }
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 10 * KEYS; i++) {
      ApiKey key = current.selector().select(DEMAND, new TriedKeys(), lease);
      current.settle(lease, KeyVerdict.SUCCESS);
      seen.add(key.index());
    }
    assertEquals(KEYS, seen.size(), "seed " + seed);
  }
}
