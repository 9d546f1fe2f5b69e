package io.geminirelay.flow.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The refusals without detail that came through one exit in the last seconds. When they hit several
 * unrelated buckets, Google refuses the address and not the keys. Thread safe.
 */
final class ExitRefusals {
  static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int UNRELATED = 3;
  private static final int MAX_KEPT = 64;

  private final AtomicReference<List<Refusal>> recent = new AtomicReference<>(List.of());

  /**
   * One refusal.
   *
   * @param bucket what was refused
   * @param model for which model
   * @param atNanos when
   * @param before the rest of bucket and model when it came, or null
   * @param made the rest that it began, or null as long as there is none
   */
  record Refusal(
      QuotaBucket bucket,
      String model,
      long atNanos,
      @Nullable Cooldown before,
      @Nullable Cooldown made) {}

  /** Adds one; whether several unrelated buckets were refused by now. */
  boolean add(QuotaBucket bucket, String model, long now) {
    Refusal added = new Refusal(bucket, model, now, bucket.cooldown(model), null);
    List<Refusal> all = recent.updateAndGet(old -> with(old, added, now));
    return all.stream().map(Refusal::bucket).distinct().count() >= UNRELATED;
  }

  private static List<Refusal> with(List<Refusal> old, Refusal added, long now) {
    List<Refusal> kept = new ArrayList<>(old);
    kept.removeIf(each -> now - each.atNanos() > WINDOW_NANOS);
    if (kept.size() >= MAX_KEPT) {
      kept.remove(0);
    }
    kept.add(added);
    return List.copyOf(kept);
  }

  /** Notes down which rest of {@code bucket} its refusal has led to, if to any. */
  void rested(QuotaBucket bucket, String model) {
    Cooldown made = bucket.cooldown(model);
    if (made != null) {
      recent.updateAndGet(
          old ->
              old.stream()
                  .map(
                      each ->
                          each.bucket() == bucket
                                  && each.model().equals(model)
                                  && each.before() != made
                              ? new Refusal(bucket, model, each.atNanos(), each.before(), made)
                              : each)
                  .toList());
    }
  }

  /** Forgets all; the caller lifts the rests they made. */
  List<Refusal> give() {
    return recent.getAndSet(List.of());
  }
}
