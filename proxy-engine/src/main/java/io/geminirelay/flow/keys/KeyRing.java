package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.GroupConfig.Tier;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Cooldown.Rest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All keys of one configuration, who may be chosen, and the effects of verdicts on them.
 *
 * <p>The set of keys never changes; their states do. A new configuration makes a new ring with
 * {@link #successor}, which takes over the states of the keys that stay. Thread safe.
 */
public final class KeyRing {
  private static final long FIRST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PROJECT_STEP_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long PROJECT_CAP_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long MIN_JITTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MAX_JITTER_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final List<KeyGroup> groups;
  private final KeysConfig config;
  private final TimeSource time;
  private final RandomGenerator random;
  private final QuotaClock clock;
  private final States states;
  private final KeySelector selector;
  private volatile Runnable listener = () -> {};

  /** What survives a change of configuration, by target and key or project. */
  private record States(
      Map<String, KeyState> keys,
      Map<String, QuotaBucket> buckets,
      StateVersion version,
      DayWatch days,
      TokenGuess guess) {
    States(DayWatch days) {
      this(new HashMap<>(), new HashMap<>(), new StateVersion(), days, new TokenGuess());
    }
  }

  private KeyRing(
      List<GroupConfig> groups,
      KeysConfig config,
      TimeSource time,
      RandomGenerator random,
      @Nullable States previous) {
    this.config = config;
    this.time = time;
    this.random = random;
    this.clock = new QuotaClock(config);
    this.states = previous == null ? new States(new DayWatch(time, clock)) : previous;
    this.states.days().follow(clock);
    this.groups = build(groups);
    this.selector = new KeySelector(this.groups, time, states.version());
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
    Map<QuotaBucket, Set<LimitTable>> limits = new HashMap<>();
    int index = 0;
    for (GroupConfig group : configs) {
      List<ApiKey> keys = new ArrayList<>();
      for (KeyConfig key : group.keys()) {
        ApiKey.Place place =
            new ApiKey.Place(index++, group.name(), keys.size() + 1, group.modelAliases());
        String authority = group.target().authority();
        QuotaBucket bucket = bucketOf(authority, key);
        limits.computeIfAbsent(bucket, x -> new HashSet<>()).add(limitsOf(group, key));
        keys.add(new ApiKey(place, key, destinations(group, key), stateOf(authority, key), bucket));
      }
      built.add(new KeyGroup(group.name(), group.modelAliases(), keys, ways(group)));
    }
    limits.forEach(QuotaBucket::limits);
    return List.copyOf(built);
  }

  private static LimitTable limitsOf(GroupConfig group, KeyConfig key) {
    List<Map<String, QuotaLimits>> tables = new ArrayList<>();
    Tier own = key.tier();
    if (own != null) {
      tables.add(own.limits());
    }
    tables.add(group.limits());
    Tier common = key.groupTier();
    if (common != null) {
      tables.add(common.limits());
    }
    return new LimitTable(tables);
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

  private KeyState stateOf(String authority, KeyConfig key) {
    return states.keys().computeIfAbsent(authority + key.key(), id -> new KeyState());
  }

  private QuotaBucket bucketOf(String authority, KeyConfig key) {
    String project = key.project();
    String id = authority + (project == null ? key.key().toString() : "/" + project);
    return states
        .buckets()
        .computeIfAbsent(id, x -> new QuotaBucket(states.buckets().size(), states.days()));
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
            new KeyState(),
            new QuotaBucket(0, states.days()));
  }

  /** Who chooses among the keys. */
  public KeySelector selector() {
    return selector;
  }

  /**
   * Has {@code listener} told whenever a key or project may have come back; on the thread that
   * brought it back, so it must only pass the word on.
   */
  public void onChange(Runnable listener) {
    this.listener = listener;
  }

  /** What bodies are worth in tokens. */
  public TokenGuess guess() {
    return states.guess();
  }

  /** Puts a key aside by hand, or takes it back. */
  public void disable(ApiKey key, boolean disabled) {
    change(
        () -> {
          key.state().disabled(disabled);
          return true;
        });
  }

  /** Forgets every rest of a key, its project's too. */
  public void reset(ApiKey key) {
    change(key.state()::clear);
    change(key.bucket()::clear);
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
    if (quota != null && lease.tokens() >= 0) {
      long now = time.nanoTime();
      if (!isCounted(lease, verdict)) {
        quota.giveBack(lease.tokens(), lease.drawnAtNanos(), now);
      }
      if (verdict.effect() == KeyVerdict.Effect.COOL_BUCKET) {
        quota.refused(verdict.violations(), lease.tokens(), now);
        if (held(lease, quota, verdict, now)) {
          return;
        }
      }
    }
    // Who holds no trial has none to give back: it could be another's.
    if (verdict.effect() != KeyVerdict.Effect.NONE || lease.trial()) {
      settle(key, lease.model(), verdict);
    }
  }

  /** A refusal of a large request says nothing of smaller ones: the quota alone holds it. */
  private boolean held(KeyLease lease, ModelQuota quota, KeyVerdict verdict, long now) {
    return verdict.rest() == KeyVerdict.Rest.FOR_DELAY
        && !lease.trial()
        && quota.hold(verdict.violations(), lease.tokens(), withJitter(verdict.delay()), now);
  }

  /** Whether Google counts the request: not one that it never saw, nor one that it refused. */
  private static boolean isCounted(KeyLease lease, KeyVerdict verdict) {
    return switch (verdict.effect()) {
      case COOL_BUCKET, EXIT_SUSPECT -> false;
      case NONE -> lease.wasSent() && verdict.next() == KeyVerdict.Next.ANSWER_CLIENT;
      case TARGET_FAILURE -> lease.wasSent();
      default -> true;
    };
  }

  /** Puts the input tokens that Google counted in the place of those that were guessed. */
  public void counted(KeyLease lease, long tokens) {
    ModelQuota quota = lease.quota();
    if (quota != null && lease.tokens() >= 0) {
      quota.correct(lease.tokens(), tokens, lease.drawnAtNanos(), time.nanoTime());
      lease.tokens(tokens);
    }
  }

  /**
   * Notes down how an attempt with {@code key} for {@code model}, named as it was sent, ended; a
   * success while nothing rests costs three reads.
   */
  void settle(ApiKey key, String model, KeyVerdict verdict) {
    switch (verdict.effect()) {
      case SUCCESS -> succeeded(key, model);
      case COOL_BUCKET -> change(() -> key.bucket().rest(model, restOf(verdict), time.nanoTime()));
      case COOL_PROJECT ->
          change(() -> key.bucket().restWhole(projectRest(verdict), time.nanoTime()));
      case MARK_INVALID -> change(() -> key.state().refuse(verdict.reason(), time.nanoTime()));
      case NONE, EXIT_SUSPECT -> undecided(key, model);
      case KEY_FAILURE, SERVER_FAILURE -> failed(key, verdict.reason());
      // A target in trouble says nothing of the key: its trial is left to its patience.
      case TARGET_FAILURE, MODEL_OVERLOADED -> {}
    }
  }

  private void succeeded(ApiKey key, String model) {
    long now = time.nanoTime();
    if (key.state().raiseHealth(now)) {
      states.version().healthChanged();
    }
    if (!key.usable(model)) {
      change(() -> key.state().succeed(now));
      change(() -> key.bucket().succeed(model, now));
    }
  }

  private void failed(ApiKey key, String reason) {
    long now = time.nanoTime();
    if (key.state().lowerHealth(now)) {
      states.version().healthChanged();
    }
    change(() -> key.state().fail(config.maxFailures(), ladder(reason, ""), now));
  }

  private void undecided(ApiKey key, String model) {
    if (!key.usable(model)) {
      change(() -> key.rests(model).releaseTrial(time.nanoTime()));
    }
  }

  private void change(BooleanSupplier change) {
    states.version().change(change);
    listener.run();
  }

  private Rest restOf(KeyVerdict verdict) {
    String reason = verdict.reason();
    String quotaId = verdict.quotaId();
    return switch (verdict.rest()) {
      case UNTIL_RESET -> new Rest(reason, quotaId, clock.untilReset(time.instant()).toNanos(), 0);
      case FOR_DELAY -> new Rest(reason, quotaId, withJitter(verdict.delay()), 0);
      case LADDER, NONE -> ladder(reason, quotaId);
    };
  }

  private Rest ladder(String reason, String quotaId) {
    long most = Math.max(FIRST_STEP_NANOS, config.temporaryBlock().toNanos());
    return new Rest(reason, quotaId, FIRST_STEP_NANOS, most);
  }

  private static Rest projectRest(KeyVerdict verdict) {
    return new Rest(verdict.reason(), "", PROJECT_STEP_NANOS, PROJECT_CAP_NANOS);
  }

  private long withJitter(Duration delay) {
    long nanos = delay.toNanos();
    long most = Math.max(MIN_JITTER_NANOS, Math.min(MAX_JITTER_NANOS, nanos / 10));
    return nanos + random.nextLong(most);
  }
}
