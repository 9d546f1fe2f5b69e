package io.geminirelay.flow.keys;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.FactSource;
import io.geminirelay.base.state.LedgerStore;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
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

  /** Before another trial where one found the target in trouble; and a little more. */
  private static final Duration TRIAL_PAUSE = Duration.ofSeconds(1);

  private final List<KeyGroup> groups;
  private final TimeSource time;
  private final RandomGenerator random;
  private final RestRules rests;
  private final RingStates states;
  private final KeySelector selector;
  private final FactSource facts;

  private KeyRing(
      List<GroupConfig> groups,
      KeysConfig config,
      TimeSource time,
      RandomGenerator random,
      @Nullable RingStates previous) {
    this.time = time;
    this.random = random;
    this.rests = new RestRules(config, time, random);
    this.states = previous == null ? new RingStates(time, rests.clock()) : previous;
    this.states.follow(rests.clock());
    this.groups = GroupBuild.of(groups, config.disabled(), states, time.nanoTime());
    this.selector = new KeySelector(this.groups, time, states.version());
    this.facts = new KeyFacts(states, this.groups, time);
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
            ExitOrder.of(key, way.ways()),
            new KeyState("", new QuotaBucket(0, states.days())),
            null);
  }

  /** What is known of the keys, to be kept and shared. */
  public FactSource facts() {
    return facts;
  }

  /**
   * Counts what is drawn on quotas together with all who go by {@code store}, from now on and in
   * the rings that follow. To be called once at most.
   *
   * @param store null to stay alone
   * @param thread the state thread, on which the store is asked
   */
  public void shareBy(@Nullable LedgerStore store, ScheduledExecutorService thread) {
    if (store == null) {
      states.stayAlone();
    } else {
      new QuotaLedgers(store, thread, states).start();
    }
  }

  /** How many quotas with a limit are counted alone although they are to be shared. */
  public long quotasAlone() {
    return states.quotasAlone();
  }

  /** Who chooses among the keys. */
  public KeySelector selector() {
    return selector;
  }

  /** What bodies are worth in tokens. */
  public TokenGuess guess() {
    return states.guess();
  }

  /**
   * Has {@code listener} told whenever a key or project may have come back, through this ring or
   * one that follows; on the thread that brought it back, so it must only pass the word on.
   *
   * @return ends that; may be run more than once
   */
  public Runnable onChange(Runnable listener) {
    states.listeners().add(listener);
    return () -> states.listeners().remove(listener);
  }

  /** Forgets every rest of a key, its project's too, and what was learned of the limits. */
  public void reset(ApiKey key) {
    change(key.state()::clear);
    change(
        () -> {
          key.bucket().forgetLearned();
          return key.bucket().clear();
        });
  }

  /**
   * Puts the keys with a fingerprint aside by hand, or takes them back: here, and at all instances
   * that share a store with this one. The last hand is right, until a configuration of some
   * instance says something else than the one before it.
   */
  public void putAside(String fingerprint, boolean aside) {
    long now = time.instant().toEpochMilli();
    long until = KeyFacts.byHandUntil(time);
    change(
        () -> {
          List<ApiKey> meant =
              groups.stream()
                  .flatMap(group -> group.keys().stream())
                  .filter(key -> key.secret().fingerprint().equals(fingerprint))
                  .toList();
          meant.forEach(key -> key.state().byHand(aside, now, until));
          return !meant.isEmpty();
        });
  }

  /** Ends {@code rest} of {@code bucket}, which turned out to be innocent. */
  void lift(QuotaBucket bucket, Cooldown rest) {
    change(() -> bucket.lift(rest));
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
    long begun = lease.drawnAtNanos();
    if (quota != null && lease.tokens() >= 0) {
      if (!isCounted(lease, verdict)) {
        quota.giveBack(lease.tokens(), begun, time.nanoTime());
      } else if (verdict.effect() == KeyVerdict.Effect.SUCCESS) {
        quota.proven();
      }
    }
    // First, for a limit is that of the project that the key turns out to belong to.
    learn(key, verdict);
    if (quota != null
        && lease.tokens() >= 0
        && verdict.effect() == KeyVerdict.Effect.COOL_BUCKET
        && held(lease, key.bucket().quota(lease.model()), verdict, time.nanoTime())) {
      // A trial as well: the rest is over, and what it was too large for is counted.
      endRest(lease, key);
      return;
    }
    if (verdict.effect() == KeyVerdict.Effect.NONE
        || verdict.effect() == KeyVerdict.Effect.EXIT_SUSPECT) {
      giveTrialBack(lease, key, verdict, 0);
    } else {
      settle(lease, key, verdict, begun);
      if (verdict.effect() != KeyVerdict.Effect.SUCCESS) {
        giveTrialBack(lease, key, verdict, rests.withJitter(TRIAL_PAUSE));
      }
    }
  }

  private void endRest(KeyLease lease, ApiKey key) {
    if (lease.isTrial()) {
      long begun = lease.drawnAtNanos();
      change(() -> key.bucket().succeed(lease.model(), begun));
    }
  }

  /**
   * Teaches the limits of a refusal to {@code quota}. A refusal of a large request says nothing of
   * smaller ones: true where the quota alone holds it.
   */
  private boolean held(KeyLease lease, ModelQuota quota, KeyVerdict verdict, long now) {
    quota.refused(verdict.violations(), lease.tokens(), lease.drawnAtNanos(), now);
    return verdict.rest() == KeyVerdict.Rest.FOR_DELAY
        && quota.hold(verdict.violations(), lease.tokens(), rests.withJitter(verdict.delay()), now);
  }

  /** Whether Google counts the request: not one that it never saw, nor one that it refused. */
  private static boolean isCounted(KeyLease lease, KeyVerdict verdict) {
    return switch (verdict.effect()) {
      case COOL_BUCKET, COOL_PROJECT, MARK_INVALID -> false;
      case NONE -> lease.wasSent() && verdict.next() == KeyVerdict.Next.ANSWER_CLIENT;
      case TARGET_FAILURE -> lease.wasSent();
      case EXIT_SUSPECT -> lease.wasSent() && !verdict.refusesAddress();
      default -> true;
    };
  }

  private void learn(ApiKey key, KeyVerdict verdict) {
    String project = verdict.project();
    boolean blames = verdict.effect() != KeyVerdict.Effect.NONE;
    if (blames && !project.isEmpty() && !project.equals(key.state().project())) {
      change(() -> states.projects().learn(key, project, states.keys(), time.nanoTime()));
    }
  }

  /** Puts the input tokens that Google counted in the place of those that were guessed. */
  public void counted(KeyLease lease, long tokens) {
    ModelQuota quota = lease.quota();
    if (quota != null && lease.tokens() >= 0) {
      quota.correct(lease.tokens(), tokens, lease.drawnAtNanos(), time.nanoTime());
      lease.tokens(tokens);
    }
  }

  /** As {@link #settle(KeyLease, KeyVerdict)} for an attempt that began this very moment. */
  void settle(ApiKey key, String model, KeyVerdict verdict) {
    KeyLease lease = new KeyLease();
    lease.fill(new Candidate(key, model), true, Demand.FREE, time.nanoTime());
    settle(lease, verdict);
  }

  /** A success while nothing rests costs three reads. */
  private void settle(KeyLease lease, ApiKey key, KeyVerdict verdict, long begun) {
    String model = lease.model();
    switch (verdict.effect()) {
      case SUCCESS -> succeeded(key, model, begun);
      case COOL_BUCKET -> change(() -> rest(key.bucket(), model, verdict, begun));
      case COOL_PROJECT ->
          change(
              () -> key.bucket().restWhole(RestRules.ofProject(verdict), begun, time.nanoTime()));
      case MARK_INVALID -> refused(key, verdict, begun);
      case KEY_FAILURE, SERVER_FAILURE -> failed(lease, key, verdict, begun);
      // A target in trouble says nothing of the key.
      case TARGET_FAILURE, MODEL_OVERLOADED -> {}
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
    if (key.state().raiseHealth(time.nanoTime())) {
      states.version().healthChanged();
    }
    if (!key.usable(model)) {
      accepted(key, () -> key.state().succeed(begun));
      change(() -> key.bucket().succeed(model, begun));
    }
  }

  private void refused(ApiKey key, KeyVerdict verdict, long begun) {
    boolean known = key.state().invalidity() != null;
    change(() -> key.state().refuse(verdict.reason(), begun, time.nanoTime()));
    if (!known && key.state().invalidity() != null) {
      LOG.warn("Google refuses the key {}: {}", key.name(), verdict.reason());
    }
  }

  private void accepted(ApiKey key, BooleanSupplier change) {
    boolean invalid = key.state().invalidity() != null;
    change(change);
    if (invalid && key.state().invalidity() == null) {
      LOG.info("Google accepts the key {} again", key.name());
    }
  }

  /** The health goes down with every attempt; in a row are exchanges, however often they try. */
  private void failed(KeyLease lease, ApiKey key, KeyVerdict verdict, long begun) {
    long now = time.nanoTime();
    if (key.state().lowerHealth(now)) {
      states.version().healthChanged();
    }
    if (lease.failsFirst()) {
      change(() -> key.state().fail(rests.maxFailures(), rests.ofFailures(verdict), begun, now));
    }
  }

  /**
   * Where it did not end what rests, another may try after {@code pauseNanos}. Only whoever holds
   * the trial may give it back; what is sent again at once keeps it.
   */
  private void giveTrialBack(KeyLease lease, ApiKey key, KeyVerdict verdict, long pauseNanos) {
    if (lease.isTrial() && verdict.next() != KeyVerdict.Next.RESEND) {
      lease.trial(false);
      long next = time.nanoTime() + pauseNanos;
      change(() -> key.rests(lease.model()).releaseTrial(lease.trialAtNanos(), next));
    }
  }

  /** The trial that {@code lease} kept for a request to be sent again is not made after all. */
  public void releaseTrial(KeyLease lease) {
    ApiKey key = lease.key();
    if (key != null) {
      giveTrialBack(lease, key, KeyVerdict.UNDECIDED, 0);
    }
  }

  /**
   * Takes what Google said to {@code key} when it was only shown, at {@code begunNanos}, with no
   * model asked for: whether it accepts the key and its project, and no more than that. An
   * acceptance ends any refusal from before, whatever time it had left; quotas, failures and health
   * stay as they are, and so does a key that was put aside.
   */
  public void verified(ApiKey key, KeyVerdict verdict, long begunNanos) {
    learn(key, verdict);
    long now = time.nanoTime();
    switch (verdict.effect()) {
      case SUCCESS -> {
        if (key.state().invalidity() != null) {
          accepted(key, () -> key.state().accept(begunNanos));
        }
        if (key.bucket().whole() != null) {
          change(() -> key.bucket().accept(begunNanos));
        }
      }
      case MARK_INVALID -> refused(key, verdict, begunNanos);
      case COOL_PROJECT ->
          change(() -> key.bucket().restWhole(RestRules.ofProject(verdict), begunNanos, now));
      default -> {}
    }
  }

  private void change(BooleanSupplier change) {
    states.version().change(change);
    states.tell();
  }

  /**
   * Compares the clock with the ticker that rests are measured by, and fits rests that wait for the
   * daily reset where the clock was corrected or the machine slept. Looks at the quotas now and
   * then, too. To be called every few seconds, from any thread.
   */
  public void lookAtClock() {
    long before = states.version().get();
    states.lookAtClock(rests.clock());
    states.lookAtQuotas();
    if (states.version().get() != before) {
      states.tell();
    }
  }
}
