package io.geminirelay.base.exchange;

import io.geminirelay.base.config.EgressConfig;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one exchange on its way upstream: every attempt with its key, exit and outcome,
 * the waits before them, and why no other followed.
 *
 * <p>The attempt under way stands in the fields; only when another one begins is it put on a list,
 * so that an exchange with one attempt costs a few writes. No text is made before {@link TrailText}
 * is asked for it. Holds names, no credential. Belongs to its exchange and event loop.
 */
public final class Trail {
  /** The header that asks for the trail, and that tells it. */
  public static final AsciiString HEADER = AsciiString.cached("x-relay-trace");

  /** The header whose value, the admin token, gives the right to the trail. */
  public static final AsciiString ADMIN = AsciiString.cached("x-relay-admin");

  /** Attempts kept: the first ones, and the last. */
  static final int MAX_STEPS = 64;

  /** The outcome of an attempt that has none yet. */
  private static final String OPEN = "open";

  private @Nullable List<Step> earlier;
  private int skipped;
  private @Nullable String key;
  private @Nullable EgressConfig exit;
  private long startNanos;
  private long endNanos;
  private long waitNanos;
  private @Nullable String outcome;
  private int status;
  private String quotaId = "";
  private @Nullable String waitsFor;
  private long waitStartNanos;
  private long waitedNanos;
  private @Nullable String over;

  /**
   * One attempt.
   *
   * @param key name of the key: {@code group/number#fingerprint} or {@code group/own}
   * @param exit the proxy it went through, or null for none
   * @param startNanos when it began, on the scale of {@link TimeSource#nanoTime()}
   * @param waitNanos what the exchange waited just before it, in a queue or to let a target recover
   * @param durationNanos until its outcome was known; for one that is served, that is when its
   *     answer was committed
   * @param outcome stable machine-readable reason; {@code ok} when it is the answer, {@code open}
   *     while nothing is known
   * @param status status of the upstream's answer, 0 for none
   * @param quotaId the quota that Google said was used up, or empty
   */
  public record Step(
      String key,
      @Nullable EgressConfig exit,
      long startNanos,
      long waitNanos,
      long durationNanos,
      String outcome,
      int status,
      String quotaId) {}

  /** The exchange begins to wait, for {@code what}; ends with the next attempt. */
  public void waits(String what, long now) {
    if (waitsFor == null) {
      waitsFor = what;
      waitStartNanos = now;
    }
  }

  /** An attempt begins with the key named {@code key} through {@code exit}, or none. */
  public void begins(String key, @Nullable EgressConfig exit, long now) {
    keepLast(now);
    this.key = key;
    this.exit = exit;
    startNanos = now;
    waitNanos = 0;
    outcome = null;
    status = 0;
    quotaId = "";
    if (waitsFor != null) {
      waitNanos = now - waitStartNanos;
      waitedNanos += waitNanos;
      waitsFor = null;
    }
  }

  private void keepLast(long now) {
    if (key == null) {
      return;
    }
    if (earlier == null) {
      earlier = new ArrayList<>(4);
    }
    if (earlier.size() < MAX_STEPS - 1) {
      earlier.add(last(key, now));
    } else {
      skipped++;
    }
  }

  private Step last(String name, long now) {
    String known = outcome;
    return known == null
        ? new Step(name, exit, startNanos, waitNanos, now - startNanos, OPEN, status, quotaId)
        : new Step(
            name, exit, startNanos, waitNanos, endNanos - startNanos, known, status, quotaId);
  }

  /** The last attempt has an outcome, see {@link Step}. */
  public void ended(String outcome, int status, String quotaId, long now) {
    this.outcome = outcome;
    this.status = status;
    this.quotaId = quotaId;
    endNanos = now;
  }

  /** The last attempt's answer broke off after it was committed. */
  public void broke(String outcome, long now) {
    ended(outcome, status, quotaId, now);
  }

  /** The exchange ends with its last attempt, if that has no outcome yet. */
  public void abandoned(TimeSource time) {
    if (key != null && outcome == null) {
      ended("abandoned", 0, "", time.nanoTime());
    }
  }

  /** No attempt follows, for {@code reason}; the first one told stays. */
  public void over(String reason) {
    if (over == null) {
      over = reason;
    }
  }

  /** Why no attempt followed the last; null when that was served or is under way. */
  public @Nullable String over() {
    return over;
  }

  /** The attempts in their order; up to 64. */
  public List<Step> steps(long now) {
    List<Step> all = new ArrayList<>();
    eachStep(now, all::add);
    return all;
  }

  /** Tells {@code to} the same attempts, and makes no list. */
  public void eachStep(long now, Consumer<Step> to) {
    List<Step> before = earlier;
    for (int i = 0; before != null && i < before.size(); i++) {
      to.accept(before.get(i));
    }
    if (key != null) {
      to.accept(last(key, now));
    }
  }

  /** How long the attempts that are kept took together, see {@link Step}. */
  public long upstreamNanos(long now) {
    List<Step> before = earlier;
    long sum = 0;
    for (int i = 0; before != null && i < before.size(); i++) {
      sum += before.get(i).durationNanos();
    }
    if (key != null) {
      sum += (outcome == null ? now : endNanos) - startNanos;
    }
    return sum;
  }

  /** Takes the end of an attempt. */
  public interface Ends {
    /**
     * An attempt ended.
     *
     * @param key name of its key
     * @param outcome as in {@link Step}
     * @param status as in {@link Step}
     */
    void take(String key, String outcome, int status);
  }

  /** Tells {@code ends} the end of every attempt that is among the steps, and makes no list. */
  public void eachEnd(Ends ends) {
    if (earlier != null) {
      for (Step step : earlier) {
        ends.take(step.key(), step.outcome(), step.status());
      }
    }
    if (key != null) {
      ends.take(key, outcome == null ? OPEN : outcome, status);
    }
  }

  /** How many attempts ended in a way that {@code counts}; those skipped are not looked at. */
  public int count(Predicate<String> counts) {
    int found = 0;
    if (earlier != null) {
      for (Step step : earlier) {
        found += counts.test(step.outcome()) ? 1 : 0;
      }
    }
    return outcome != null && counts.test(outcome) ? found + 1 : found;
  }

  /** Attempts between the first ones and the last that are not among the steps. */
  public int skipped() {
    return skipped;
  }

  /** Name of the key of the last attempt; null while there is none. */
  public @Nullable String lastKey() {
    return key;
  }

  /** What the exchange waits for since its last attempt, or null. */
  public @Nullable String waitsFor() {
    return waitsFor;
  }

  /** How long it has waited for that. */
  public long waitingNanos(long now) {
    return waitsFor == null ? 0 : now - waitStartNanos;
  }

  /** All waits of the exchange together. */
  public long waitedNanos(long now) {
    return waitedNanos + waitingNanos(now);
  }
}
