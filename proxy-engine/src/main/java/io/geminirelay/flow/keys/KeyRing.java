package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All keys of one configuration, who may be chosen, and the effects of verdicts on them.
 *
 * <p>The set of keys never changes; their states do. A new configuration makes a new ring with
 * {@link #successor}, which takes over the states of the keys that stay. Thread safe.
 */
public final class KeyRing {
  private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

  /** Differences between clock and ticker that need no look at the rests. */
  private static final long DRIFT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final List<KeyGroup> groups;
  private final TimeSource time;
  private final RandomGenerator random;
  private final RestRules rests;
  private final States states;
  private final KeySelector selector;

  /**
   * What survives a change of configuration.
   *
   * @param keys by target and key
   * @param buckets of configured projects, by target and name
   * @param ids given to buckets so far
   * @param anchor how far the clock was ahead of the ticker, in nanoseconds, at the last look
   */
  private record States(
      Map<String, KeyState> keys,
      Map<String, QuotaBucket> buckets,
      Projects projects,
      AtomicLong epoch,
      AtomicInteger ids,
      AtomicLong anchor) {
    static States fresh(TimeSource time) {
      return new States(
          new ConcurrentHashMap<>(),
          new ConcurrentHashMap<>(),
          new Projects(),
          new AtomicLong(),
          new AtomicInteger(),
          new AtomicLong(offset(time)));
    }

    QuotaBucket bucket() {
      return new QuotaBucket(ids.getAndIncrement());
    }
  }

  private KeyRing(
      List<GroupConfig> groups,
      KeysConfig config,
      TimeSource time,
      RandomGenerator random,
      @Nullable States previous) {
    this.time = time;
    this.random = random;
    this.rests = new RestRules(config, time, random);
    this.states = previous == null ? States.fresh(time) : previous;
    this.groups = build(groups);
    this.selector = new KeySelector(this.groups, time, states.epoch());
  }

  /** A ring without a past; {@code random} has to be thread safe. */
  public static KeyRing of(
      List<GroupConfig> groups, KeysConfig config, TimeSource time, RandomGenerator random) {
    return new KeyRing(groups, config, time, random, null);
  }

  /** The ring of a new configuration; keys and projects that stay keep their states. */
  public KeyRing successor(List<GroupConfig> groups, KeysConfig config) {
    return new KeyRing(groups, config, time, random, states);
  }

  private List<KeyGroup> build(List<GroupConfig> configs) {
    List<KeyGroup> built = new ArrayList<>();
    int index = 0;
    for (GroupConfig group : configs) {
      List<ApiKey> keys = new ArrayList<>();
      for (KeyConfig key : group.keys()) {
        ApiKey.Place place =
            new ApiKey.Place(index++, group.name(), keys.size() + 1, group.modelAliases());
        keys.add(key(place, group, key));
      }
      built.add(new KeyGroup(group.name(), group.modelAliases(), keys, ways(group)));
    }
    return List.copyOf(built);
  }

  private ApiKey key(ApiKey.Place place, GroupConfig group, KeyConfig config) {
    String target = group.target().authority();
    String project = config.project();
    KeyState state =
        states
            .keys()
            .computeIfAbsent(target + config.key(), x -> new KeyState(target, states.bucket()));
    QuotaBucket configured =
        project == null
            ? null
            : states.buckets().computeIfAbsent(target + "/" + project, x -> states.bucket());
    if (configured != null) {
      // Where the project was written in afterwards, what is known of the key holds there too.
      changed(configured.adopt(state.bucket(), time.nanoTime()));
    }
    ApiKey key = new ApiKey(place, config, destinations(group, config), state, configured);
    if (!state.project().isEmpty()) {
      changed(states.projects().join(key, states.keys().values(), time.nanoTime()));
    }
    return key;
  }

  private static List<Destination> destinations(GroupConfig group, KeyConfig key) {
    EgressConfig own = key.egress();
    return own == null ? shared(group) : List.of(new Destination(group.target(), own));
  }

  /** Where every key has an exit of its own, a direct connection would pass all of them by. */
  private static List<Destination> ways(GroupConfig group) {
    List<EgressConfig> own =
        group.keys().stream().map(KeyConfig::egress).filter(Objects::nonNull).distinct().toList();
    boolean none = group.keys().stream().anyMatch(key -> key.egress() == null);
    return none || !group.egresses().isEmpty()
        ? shared(group)
        : own.stream().map(exit -> new Destination(group.target(), exit)).toList();
  }

  private static List<Destination> shared(GroupConfig group) {
    if (group.egresses().isEmpty()) {
      return List.of(new Destination(group.target(), null));
    }
    return group.egresses().stream().map(exit -> new Destination(group.target(), exit)).toList();
  }

  /** The groups, in the order of the configuration. */
  public List<KeyGroup> groups() {
    return groups;
  }

  /**
   * A key that a client brought for one exchange, on the way of the first group that serves {@code
   * model} and is {@code allowed}; null when none is. It is not part of the ring: its state and
   * bucket are its own and end with it, and it is never settled.
   */
  public @Nullable ApiKey clientKey(Secret key, String model, List<String> allowed) {
    KeyGroup way = null;
    for (KeyGroup group : groups) {
      if (group.allowedBy(allowed) && (way == null || (group.lists(model) && !way.lists(model)))) {
        way = group;
      }
    }
    return way == null
        ? null
        : new ApiKey(
            new ApiKey.Place(0, way.name(), 0, way.models()),
            new KeyConfig(key, null, 1, null),
            way.ways(),
            new KeyState("", new QuotaBucket(0)),
            null);
  }

  /** Who chooses among the keys. */
  public KeySelector selector() {
    return selector;
  }

  /** Puts a key aside by hand, or takes it back. */
  public void disable(ApiKey key, boolean disabled) {
    key.state().disabled(disabled);
    changed(true);
  }

  /** Forgets every rest of a key, its project's too. */
  public void reset(ApiKey key) {
    changed(key.state().clear());
    changed(key.bucket().clear());
  }

  /** Draws on the quota of {@code lease} once more: another attempt with the same key. */
  public void drawAgain(KeyLease lease) {
    ModelQuota quota = lease.quota();
    if (quota != null) {
      long now = time.nanoTime();
      quota.draw(lease.tokens(), now);
      lease.drawnAgain(now);
    }
  }

  /**
   * Notes down how the attempt that {@code lease} was filled for ended. Called exactly once an
   * attempt, so that no trial is left hanging.
   */
  public void settle(KeyLease lease, KeyVerdict verdict) {
    ApiKey key = lease.key();
    ModelQuota quota = lease.quota();
    if (key == null) {
      return;
    }
    if (quota != null && verdict.effect() == KeyVerdict.Effect.COOL_BUCKET) {
      quota.refused(verdict.violations(), time.nanoTime());
    }
    long begun = lease.drawnAtNanos();
    learn(key, verdict);
    if (verdict.effect() == KeyVerdict.Effect.NONE
        || verdict.effect() == KeyVerdict.Effect.EXIT_SUSPECT) {
      undecided(lease, key, verdict);
    } else {
      settle(key, lease.model(), verdict, begun);
    }
  }

  private void learn(ApiKey key, KeyVerdict verdict) {
    String project = verdict.project();
    if (!project.isEmpty() && !project.equals(key.state().project())) {
      boolean moved =
          states.projects().learn(key, project, states.keys().values(), time.nanoTime());
      if (moved) {
        LOG.info("key {} shares its project's quota with other keys", key.name());
      }
      changed(moved);
    }
  }

  /** Puts the input tokens that Google counted in the place of those that were guessed. */
  public void counted(KeyLease lease, long tokens) {
    ModelQuota quota = lease.quota();
    if (quota != null) {
      quota.correct(lease.tokens(), tokens, lease.drawnAtNanos(), time.nanoTime());
      lease.tokens(tokens);
    }
  }

  /** As {@link #settle(KeyLease, KeyVerdict)} for an attempt that began this very moment. */
  void settle(ApiKey key, String model, KeyVerdict verdict) {
    KeyLease lease = new KeyLease();
    lease.fill(key, model, null, 0, time.nanoTime());
    lease.trial(true);
    settle(lease, verdict);
  }

  /** A success while nothing rests costs three reads. */
  private void settle(ApiKey key, String model, KeyVerdict verdict, long begun) {
    switch (verdict.effect()) {
      case SUCCESS -> succeeded(key, model, begun);
      case COOL_BUCKET -> changed(rest(key.bucket(), model, verdict, begun));
      case COOL_PROJECT ->
          changed(key.bucket().restWhole(RestRules.ofProject(verdict), begun, time.nanoTime()));
      case MARK_INVALID -> changed(key.state().refuse(verdict.reason(), begun, time.nanoTime()));
      // A target in trouble says nothing of the key: its trial is left to its patience.
      case KEY_FAILURE, SERVER_FAILURE, TARGET_FAILURE, MODEL_OVERLOADED -> {}
      case NONE, EXIT_SUSPECT -> {}
    }
  }

  private boolean rest(QuotaBucket bucket, String model, KeyVerdict verdict, long begun) {
    Cooldown.Rest rest = rests.ofBucket(verdict, begun);
    return verdict.rest() == KeyVerdict.Rest.WHOLE_UNTIL_RESET
        ? bucket.restWhole(rest, begun, time.nanoTime())
        : bucket.rest(model, rest, begun, time.nanoTime());
  }

  private void succeeded(ApiKey key, String model, long begun) {
    if (!key.usable(model)) {
      changed(key.state().succeed(begun));
      changed(key.bucket().succeed(model, begun));
    }
  }

  /** Only whoever holds the trial may give it back; what is sent again at once keeps it. */
  private void undecided(KeyLease lease, ApiKey key, KeyVerdict verdict) {
    if (lease.isTrial() && verdict.next() != KeyVerdict.Next.RESEND) {
      lease.trial(false);
      changed(key.releaseTrial(lease.model(), time.nanoTime()));
    }
  }

  private void changed(boolean changed) {
    if (changed) {
      states.epoch().incrementAndGet();
    }
  }

  /**
   * Compares the clock with the ticker that rests are measured by, and fits rests that wait for the
   * daily reset where the clock was corrected or the machine slept. To be called every few seconds,
   * from any thread.
   */
  public void lookAtClock() {
    long offset = offset(time);
    long before = states.anchor().get();
    if (Math.abs(offset - before) < DRIFT_NANOS || !states.anchor().compareAndSet(before, offset)) {
      return;
    }
    Instant instant = time.instant();
    long now = time.nanoTime();
    boolean moved = false;
    for (KeyState each : states.keys().values()) {
      moved |= each.bucket().anchor(rests.clock(), instant, now);
    }
    for (QuotaBucket each : states.buckets().values()) {
      moved |= each.anchor(rests.clock(), instant, now);
    }
    LOG.info("the clock moved by {} s", TimeUnit.NANOSECONDS.toSeconds(offset - before));
    changed(moved);
  }

  private static long offset(TimeSource time) {
    Instant instant = time.instant();
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano() - time.nanoTime();
  }
}
