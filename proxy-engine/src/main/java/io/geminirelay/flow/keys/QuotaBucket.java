package io.geminirelay.flow.keys;

import io.geminirelay.flow.keys.Cooldown.Rest;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What Google counts together: the keys of one project, or a key whose project is unknown. Holds
 * the rests of its models.
 *
 * <p>The rests are a small array that is replaced, never changed, so that asking whether anything
 * rests is one volatile read. At most {@link #MAX_MODELS} are kept: model names come from clients.
 * Thread safe.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/rate-limits">Rate limits</a>
 */
public final class QuotaBucket {
  static final int MAX_MODELS = 256;

  private static final long FORGET_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final Cooldown[] NONE = {};

  private final int id;
  private final RestSlot whole = new RestSlot();
  private final AtomicReference<Cooldown[]> models = new AtomicReference<>(NONE);
  private final Map<String, ModelQuota> quotas = new ConcurrentHashMap<>();
  private final DayWatch days;
  private final Runnable changed;
  private volatile Set<LimitTable> limits = Set.of();

  QuotaBucket(int id, DayWatch days) {
    this(id, days, () -> {});
  }

  /** A bucket that has {@code changed} run when there are other models in it, on any thread. */
  QuotaBucket(int id, DayWatch days, Runnable changed) {
    this.id = id;
    this.days = days;
    this.changed = changed;
  }

  /** Number of the bucket, unique among those of a ring and its successors. */
  int id() {
    return id;
  }

  /** What {@code model} has used; made when it is first asked for. */
  ModelQuota quota(String model) {
    ModelQuota known = quotas.get(model);
    return known != null ? known : add(model);
  }

  private ModelQuota add(String model) {
    if (quotas.size() >= MAX_MODELS) {
      forgetOne(days.time().nanoTime());
    }
    Set<LimitTable> seen = limits;
    ModelQuota made =
        quotas.computeIfAbsent(model, name -> new ModelQuota(LimitTable.lowest(seen, name), days));
    if (limits != seen) {
      made.configured(LimitTable.lowest(limits, model));
    }
    changed.run();
    return made;
  }

  /** Drops the one that was used longest ago, one that would be missed only when all would. */
  private void forgetOne(long now) {
    String oldest = null;
    boolean oldestInUse = true;
    long age = Long.MIN_VALUE;
    for (Map.Entry<String, ModelQuota> each : quotas.entrySet()) {
      boolean inUse = each.getValue().inUse(now);
      long unused = now - each.getValue().drawnNanos();
      if (inUse == oldestInUse ? unused > age : oldestInUse) {
        oldest = each.getKey();
        oldestInUse = inUse;
        age = unused;
      }
    }
    ModelQuota forgotten = oldest == null ? null : quotas.remove(oldest);
    if (forgotten != null) {
      forgotten.forget();
    }
  }

  /**
   * Notes down what is used, and drops what would not be missed: clients can name models that there
   * are none of. For a timer.
   */
  void look(long now) {
    quotas.forEach((model, quota) -> quota.look(now));
    quotas
        .values()
        .removeIf(
            quota -> {
              boolean idle = quota.isIdle(now);
              if (idle) {
                quota.forget();
                changed.run();
              }
              return idle;
            });
  }

  /** Forgets what was learned of limits. */
  void forgetLearned() {
    quotas.values().forEach(ModelQuota::forgetLearned);
  }

  /** What is used of each model that was asked for. */
  Map<String, ModelQuota> quotas() {
    return Collections.unmodifiableMap(quotas);
  }

  /** What is used of each model that was asked for, in the order of their names. */
  public List<QuotaFigure> figures() {
    long now = days.time().nanoTime();
    return quotas.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(each -> QuotaFigure.of(each.getKey(), each.getValue(), rests(each.getKey(), now), now))
        .toList();
  }

  /**
   * Tells {@code rooms} what is left of each model that was asked for, in thousandths as in {@link
   * QuotaFigure#room}, in no order.
   */
  public void eachRoom(ObjIntConsumer<String> rooms) {
    long now = days.time().nanoTime();
    quotas.forEach((model, quota) -> rooms.accept(model, rests(model, now) ? 0 : quota.room(now)));
  }

  private boolean rests(String model, long now) {
    Cooldown all = whole.get();
    Cooldown one = cooldown(model);
    return (all != null && !all.over(now)) || (one != null && !one.over(now));
  }

  /** Limits that the operator has set now; for each the lowest holds. What was counted stays. */
  void limits(Set<LimitTable> tables) {
    limits = Set.copyOf(tables);
    quotas.forEach((model, quota) -> quota.configured(LimitTable.lowest(limits, model)));
  }

  /** The rest of all models of the project, or null. */
  public @Nullable Cooldown whole() {
    return whole.get();
  }

  /** The rest of {@code model}, or null. */
  public @Nullable Cooldown cooldown(String model) {
    return find(models.get(), model);
  }

  static @Nullable Cooldown find(Cooldown[] all, String model) {
    for (Cooldown each : all) {
      if (each.model().equals(model)) {
        return each;
      }
    }
    return null;
  }

  /** What keeps it from serving single models now. */
  public ModelHolds holds() {
    return ModelHolds.of(models.get(), quotas, days.time().nanoTime());
  }

  /** All rests of single models. */
  public List<Cooldown> cooldowns() {
    return List.of(models.get());
  }

  /** The same, to be looked at only: another array where anything is another. */
  Cooldown[] rests() {
    return models.get();
  }

  boolean restWhole(Rest rest, long begunNanos, long now) {
    return whole.rest(rest, begunNanos, now);
  }

  /** Begins or lengthens the rest of {@code model}; whether that changed anything. */
  boolean rest(String model, Rest rest, long begunNanos, long now) {
    return replace(model, old -> Cooldown.after(old, model, rest, begunNanos, now), now);
  }

  /**
   * Takes over what rests in {@code other}, which turned out to be the same project: the longer
   * rest wins, and a trial under way stays the only one. What was counted there is not added: the
   * counts err by what the other's keys used within their minute or day, until Google says so. The
   * lower of the limits that were learned holds.
   */
  boolean adopt(QuotaBucket other, long now) {
    boolean changed = whole.adopt(other.whole());
    for (Cooldown each : other.models.get()) {
      changed |= replace(each.model(), old -> Cooldown.longer(old, each), now);
    }
    if (!limits.containsAll(other.limits)) {
      Set<LimitTable> both = new HashSet<>(limits);
      both.addAll(other.limits);
      limits(both);
    }
    other.quotas.forEach(
        (model, quota) -> {
          if (quota.bounds(now).isLearned()) {
            quota(model).adopt(quota, now);
          }
        });
    return changed;
  }

  /** Puts what {@code fitted} makes of each rest in its place; whether that changed anything. */
  boolean fit(UnaryOperator<Cooldown> fitted, long now) {
    boolean changed = whole.fit(fitted);
    for (Cooldown each : models.get()) {
      Cooldown next = fitted.apply(each);
      changed |= next != each && replace(each.model(), old -> old == each ? next : old, now);
    }
    return changed;
  }

  private boolean replace(String model, UnaryOperator<@Nullable Cooldown> change, long now) {
    while (true) {
      Cooldown[] all = models.get();
      Cooldown old = find(all, model);
      Cooldown next = change.apply(old);
      if (next == old || next == null) {
        return false;
      }
      if (models.compareAndSet(all, with(all, next, now))) {
        return true;
      }
    }
  }

  /**
   * Ends the rests that a success disproves: those whose time was over when the attempt began, at
   * {@code begunNanos}. Whether that changed anything.
   */
  boolean succeed(String model, long begunNanos) {
    boolean changed = whole.succeed(begunNanos);
    Cooldown[] all = models.get();
    if (all.length == 0) {
      return changed;
    }
    Cooldown old = find(all, model);
    while (old != null && old.over(begunNanos)) {
      if (models.compareAndSet(all, without(all, old))) {
        return true;
      }
      all = models.get();
      old = find(all, model);
    }
    return changed;
  }

  /**
   * Ends the rest of a project that was refused as a whole before {@code begunNanos}, since Google
   * answers it; rests for quota stay. Whether that changed anything.
   */
  boolean accept(long begunNanos) {
    return whole.disprove(KeyVerdict.PROJECT, begunNanos);
  }

  /** Ends {@code rest} if it is still that of its model: it began for no fault of the bucket. */
  boolean lift(Cooldown rest) {
    Cooldown[] all = models.get();
    while (List.of(all).contains(rest)) {
      if (models.compareAndSet(all, without(all, rest))) {
        return true;
      }
      all = models.get();
    }
    return false;
  }

  /** Takes over a rest that is known elsewhere, where it is the longer; whether it changed any. */
  boolean learn(Cooldown rest, long now) {
    return rest.model().isEmpty()
        ? whole.adopt(rest)
        : replace(rest.model(), old -> Cooldown.longer(old, rest), now);
  }

  /**
   * Ends the rest of {@code model}, empty for all models, if it is what is {@code meant}; whether
   * that changed anything. Somebody elsewhere has ended it before its time: the limit that was
   * learned with it, if Google named a quota, would hold the model back as well.
   */
  boolean forget(String model, Predicate<Cooldown> meant) {
    if (model.isEmpty()) {
      return whole.forget(meant);
    }
    Cooldown rest = cooldown(model);
    if (rest == null || !meant.test(rest) || !lift(rest)) {
      return false;
    }
    ModelQuota quota = quotas.get(model);
    if (quota != null && !rest.quotaId().isEmpty()) {
      quota.forgetLearned();
    }
    return true;
  }

  /** Ends every rest. */
  boolean clear() {
    boolean changed = whole.clear();
    return models.getAndSet(NONE).length > 0 || changed;
  }

  private static Cooldown[] with(Cooldown[] all, Cooldown added, long now) {
    List<Cooldown> kept = new ArrayList<>(all.length + 1);
    for (Cooldown each : all) {
      boolean forgotten = now - each.untilNanos() > FORGET_NANOS;
      if (!forgotten && !each.model().equals(added.model())) {
        kept.add(each);
      }
    }
    if (kept.size() >= MAX_MODELS) {
      kept.remove(oldest(kept, now));
    }
    kept.add(added);
    return kept.toArray(NONE);
  }

  private static Cooldown oldest(List<Cooldown> all, long now) {
    Cooldown oldest = all.get(0);
    for (Cooldown each : all) {
      if (each.untilNanos() - now < oldest.untilNanos() - now) {
        oldest = each;
      }
    }
    return oldest;
  }

  private static Cooldown[] without(Cooldown[] all, Cooldown removed) {
    List<Cooldown> kept = new ArrayList<>(List.of(all));
    kept.remove(removed);
    return kept.toArray(NONE);
  }
}
