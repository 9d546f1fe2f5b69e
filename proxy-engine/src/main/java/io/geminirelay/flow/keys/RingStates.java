package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What survives a change of configuration: the states of keys and buckets, learned projects, the
 * counting of days. Keys and buckets are found by their target and key or project; those that are
 * in no configuration are kept for a while, as they may come back. Thread safe.
 */
final class RingStates {
  private static final Logger LOG = LoggerFactory.getLogger(RingStates.class);

  /** Differences between clock and ticker that need no look at the rests. */
  private static final long DRIFT_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** The longest rest is over: until the reset of a day that the clock was put back on. */
  private static final long FORGET_NANOS = TimeUnit.HOURS.toNanos(26);

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final TimeSource time;
  private final DayWatch days;
  private final Map<String, KeyState> keys = new ConcurrentHashMap<>();
  private final Map<String, QuotaBucket> buckets = new ConcurrentHashMap<>();

  /** Since when a key, or the bucket of a configured project, has been in no configuration. */
  private final Map<String, Long> left = new ConcurrentHashMap<>();

  private final Projects projects = new Projects(this::bucket);
  private final StateVersion version = new StateVersion();
  private final TokenGuess guess = new TokenGuess();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicLong shape = new AtomicLong();

  private volatile QuotaClock resets;
  private volatile boolean alone;
  private volatile LongSupplier quotasAlone = () -> 0;

  /** How far the clock was ahead of the ticker, in nanoseconds, at the last look. */
  private final AtomicLong anchor;

  private final AtomicLong lookNanos;

  /** States of nothing; days end when {@code clock} says. */
  RingStates(TimeSource time, QuotaClock clock) {
    this.time = time;
    this.resets = clock;
    this.days = new DayWatch(time, clock);
    this.anchor = new AtomicLong(offset());
    this.lookNanos = new AtomicLong(time.nanoTime() + LOOK_NANOS);
  }

  /** Who is told when something may have come back. */
  List<Runnable> listeners() {
    return listeners;
  }

  /** Tells them. */
  void tell() {
    for (Runnable listener : listeners) {
      listener.run();
    }
  }

  /** Nobody else learns what is known here: it is kept for the next start alone. */
  void stayAlone() {
    alone = true;
  }

  /** Whether nobody else learns what is known here. */
  boolean alone() {
    return alone;
  }

  /** Lets {@code count} tell how many quotas are counted alone although they are to be shared. */
  void countAlone(LongSupplier count) {
    quotasAlone = count;
  }

  /** How many quotas are counted alone although they are to be shared. */
  long quotasAlone() {
    return quotasAlone.getAsLong();
  }

  /** Numbers the days of daily quotas. */
  DayWatch days() {
    return days;
  }

  /** Tells selections when states changed. */
  StateVersion version() {
    return version;
  }

  /** What bytes have come to in tokens. */
  TokenGuess guess() {
    return guess;
  }

  /** The state of {@code key} of {@code target}. */
  KeyState key(String target, Object key) {
    return keys.compute(
        target + key,
        (id, state) -> {
          left.remove(id);
          return state == null ? new KeyState(target, bucket()) : state;
        });
  }

  /** The states of all keys, of former configurations too. */
  Collection<KeyState> keys() {
    return Collections.unmodifiableCollection(keys.values());
  }

  /** The same by name, {@code TARGET#FINGERPRINT}. */
  Map<String, KeyState> named() {
    return Collections.unmodifiableMap(keys);
  }

  /** The buckets of configured projects by name, {@code TARGET/PROJECT}. */
  Map<String, QuotaBucket> namedBuckets() {
    return Collections.unmodifiableMap(buckets);
  }

  /** The bucket of a configured project; null when none is. */
  @Nullable QuotaBucket configured(String target, @Nullable String project) {
    return project == null
        ? null
        : buckets.compute(
            target + "/" + project,
            (id, known) -> {
              left.remove(id);
              return known == null ? bucket() : known;
            });
  }

  /** Notes down that of all there is, no more than {@code present} is configured now. */
  void keepFor(Collection<ApiKey> present) {
    Set<Object> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ApiKey key : present) {
      inUse.add(key.state());
      inUse.add(key.bucket());
    }
    long now = time.nanoTime();
    leave(keys, inUse, now);
    leave(buckets, inUse, now);
  }

  private void leave(Map<String, ?> all, Set<Object> inUse, long now) {
    all.forEach(
        (id, each) -> {
          if (!inUse.contains(each)) {
            left.putIfAbsent(id, now);
          }
        });
  }

  private void forget(long now) {
    int before = left.size();
    left.forEach(
        (id, since) -> {
          if (now - since >= FORGET_NANOS) {
            keys.computeIfPresent(id, (same, state) -> left.containsKey(id) ? null : state);
            buckets.computeIfPresent(id, (same, bucket) -> left.containsKey(id) ? null : bucket);
            left.remove(id, since);
          }
        });
    if (left.size() < before) {
      projects.keepThoseOf(keys.values());
    }
  }

  /** Forgets the names of learned projects that none of {@code keys} has any more. */
  void keepNamesOf(Collection<ApiKey> keys) {
    // Under that name, another project may come one day.
    buckets.values().removeAll(projects.keepNamesOf(keys));
  }

  /** A bucket of its own. */
  QuotaBucket bucket() {
    shape.incrementAndGet();
    return new QuotaBucket(ids.getAndIncrement(), days, shape::incrementAndGet);
  }

  /** Another number whenever there are other buckets, or other models in one. */
  long shape() {
    return shape.get();
  }

  /** Which keys share a project, as far as Google told. */
  Projects projects() {
    return projects;
  }

  /** Fits rests that wait for the reset of {@code clock} where the time of day was corrected. */
  void lookAtClock(QuotaClock clock) {
    long offset = offset();
    long before = anchor.get();
    if (Math.abs(offset - before) < DRIFT_NANOS || !anchor.compareAndSet(before, offset)) {
      return;
    }
    Instant instant = time.instant();
    long now = time.nanoTime();
    version.change(() -> fitRests(rest -> rest.anchored(clock, instant, now), now));
    LOG.info("the clock moved by {} s", TimeUnit.NANOSECONDS.toSeconds(offset - before));
  }

  /** Daily quotas start anew at the times of {@code clock} from now on. */
  void follow(QuotaClock clock) {
    days.follow(clock);
    QuotaClock before = resets;
    resets = clock;
    if (!clock.isLike(before)) {
      Instant instant = time.instant();
      long now = time.nanoTime();
      version.change(() -> fitRests(rest -> rest.following(clock, instant, now), now));
    }
  }

  /** Has buckets tidied up now and then; done at most every half minute. */
  void lookAtQuotas() {
    long now = time.nanoTime();
    long due = lookNanos.get();
    if (now - due < 0 || !lookNanos.compareAndSet(due, now + LOOK_NANOS)) {
      return;
    }
    forget(now);
    Set<QuotaBucket> all = new HashSet<>(buckets.values());
    keys.values().forEach(each -> all.add(each.bucket()));
    all.forEach(each -> each.look(now));
  }

  private boolean fitRests(UnaryOperator<Cooldown> fitted, long now) {
    boolean moved = false;
    for (KeyState each : keys.values()) {
      moved |= each.bucket().fit(fitted, now);
    }
    for (QuotaBucket each : buckets.values()) {
      moved |= each.fit(fitted, now);
    }
    return moved;
  }

  private long offset() {
    Instant instant = time.instant();
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano() - time.nanoTime();
  }
}
