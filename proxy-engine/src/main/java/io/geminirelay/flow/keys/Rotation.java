package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes turns among the keys that may serve one model, named as clients ask for it.
 *
 * <p>Turns are taken over an array of the keys that are usable at the moment, so that each gets the
 * same share however many rest, and a turn is one atomic increment. The array is made anew when the
 * {@code epoch} shows that some key's state changed; resting keys whose time is over are not put
 * back, but handed out once as a trial, and join when that succeeds. Thread safe.
 */
final class Rotation {
  private static final ApiKey[] NONE = {};

  private final String model;
  private final ApiKey[] candidates;
  private final AtomicLong epoch;
  private final AtomicInteger cursor = new AtomicInteger();
  private volatile View view = new View(Long.MIN_VALUE, NONE, false, 0);

  /**
   * What can be handed out.
   *
   * @param epoch of the states it was made from
   * @param usable keys open to anybody
   * @param resting whether others may come back by themselves
   * @param trialAtNanos when the first of those may be tried
   */
  @SuppressWarnings("ArrayRecordComponent") // read by index on the hot path, never written
  private record View(long epoch, ApiKey[] usable, boolean resting, long trialAtNanos) {}

  Rotation(String model, List<ApiKey> candidates, AtomicLong epoch) {
    this.model = model;
    this.candidates = candidates.toArray(NONE);
    this.epoch = epoch;
  }

  /** The next key that is usable and not in {@code tried}, leased; or null. */
  @Nullable ApiKey next(long tokens, TriedKeys tried, KeyLease lease, TimeSource time) {
    long now = time.nanoTime();
    ApiKey key = choose(tried, now);
    if (key != null) {
      String sent = key.modelFor(model);
      ModelQuota quota = key.bucket().quota(sent);
      quota.draw(tokens, now);
      lease.fill(key, sent, quota, tokens, now);
    }
    return key;
  }

  private @Nullable ApiKey choose(TriedKeys tried, long now) {
    View current = view;
    if (current.epoch() != epoch.get()) {
      current = refresh(now);
    }
    if (current.resting() && now - current.trialAtNanos() >= 0) {
      ApiKey trial = admitTrial(tried, now);
      if (trial != null) {
        return trial;
      }
    }
    return turn(current.usable(), tried);
  }

  private @Nullable ApiKey turn(ApiKey[] usable, TriedKeys tried) {
    int length = usable.length;
    if (length == 0) {
      return null;
    }
    int start = Integer.remainderUnsigned(cursor.getAndIncrement(), length);
    if (tried.isEmpty()) {
      return usable[start];
    }
    for (int i = 0; i < length; i++) {
      ApiKey key = usable[start + i < length ? start + i : start + i - length];
      if (!tried.contains(key)) {
        return key;
      }
    }
    return null;
  }

  private @Nullable ApiKey admitTrial(TriedKeys tried, long now) {
    for (ApiKey key : candidates) {
      String sent = key.modelFor(model);
      if (!key.usable(sent) && !tried.contains(key) && key.tryTrial(sent, now)) {
        epoch.incrementAndGet();
        return key;
      }
    }
    return null;
  }

  private View refresh(long now) {
    // Read before the states: a change that comes in between makes the view stale, never wrong.
    long seen = epoch.get();
    List<ApiKey> usable = new ArrayList<>(candidates.length);
    long wait = KeySelector.NEVER;
    for (ApiKey key : candidates) {
      String sent = key.modelFor(model);
      if (key.usable(sent)) {
        usable.add(key);
      } else {
        wait = Math.min(wait, key.trialWaitNanos(sent, now));
      }
    }
    boolean resting = wait != KeySelector.NEVER;
    View made = new View(seen, usable.toArray(NONE), resting, resting ? now + wait : 0);
    view = made;
    return made;
  }

  /** Time by which a key is thought to be had again, or {@link KeySelector#NEVER}. */
  long forecastNanos(long now) {
    long wait = KeySelector.NEVER;
    for (ApiKey key : candidates) {
      if (key.state().status() == KeyState.Status.AVAILABLE) {
        wait = Math.min(wait, key.forecastNanos(key.modelFor(model), now));
      }
    }
    return wait;
  }

  /** Time until a key can be had again, or {@link KeySelector#NEVER} when all are out for good. */
  long waitNanos(long now) {
    long wait = KeySelector.NEVER;
    for (ApiKey key : candidates) {
      if (key.state().status() == KeyState.Status.AVAILABLE) {
        wait = Math.min(wait, key.trialWaitNanos(key.modelFor(model), now));
      }
    }
    return wait;
  }
}
