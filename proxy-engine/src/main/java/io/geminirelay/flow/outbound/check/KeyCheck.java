package io.geminirelay.flow.outbound.check;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.CircuitBreaker;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Verifies keys by really asking Google for its models with them, few at a time.
 *
 * <p>A refused key becomes invalid, and one that is accepted again is taken back, whatever time its
 * rest had left: see {@link KeyRing#verified}. Of quota, health and models an answer tells nothing.
 * An exit learns as from any attempt. A breaker learns only that the target cannot be reached: that
 * it lists its models does not mean that they answer.
 *
 * <p>{@link #check} may be called from any thread; everything else runs on one event loop, so that
 * the checks of many keys share its connections.
 */
public final class KeyCheck {
  /** Keys that are asked about at once. */
  public static final int AT_ONCE = 8;

  private final EventLoop loop;
  private final LoopPools pools;
  private final KeyRing ring;
  private final Breakers breakers;
  private final Exits exits;
  private final CheckRules rules;
  // Of the loop alone.
  private final ArrayDeque<Asked> queue = new ArrayDeque<>();
  private int running;

  private record Asked(ApiKey key, CompletableFuture<KeyChecked> result) {}

  /**
   * Where the outcomes of checks go.
   *
   * @param ring the keys
   * @param breakers of their targets
   * @param exits on the way
   */
  public record Learners(KeyRing ring, Breakers breakers, Exits exits) {}

  /** Checks on {@code loop}, over {@code pools} of that loop, for {@code learners}. */
  public KeyCheck(
      EventLoop loop, LoopPools pools, Learners learners, OutboundConfig config, TimeSource time) {
    this.loop = loop;
    this.pools = pools;
    this.ring = learners.ring();
    this.breakers = learners.breakers();
    this.exits = learners.exits();
    this.rules = CheckRules.of(config, time);
  }

  /**
   * Asks with {@code key}, a key of the ring, disabled or not. Completes on the event loop, always
   * with a result; one that is completed before its turn is not asked about.
   */
  public CompletableFuture<KeyChecked> check(ApiKey key) {
    CompletableFuture<KeyChecked> result = new CompletableFuture<>();
    try {
      loop.execute(
          () -> {
            queue.add(new Asked(key, result));
            next();
          });
    } catch (RejectedExecutionException stopped) {
      result.complete(KeyChecked.notAsked(key));
    }
    return result;
  }

  /** Runs {@code task} on the loop of the checks after {@code nanos}. */
  Future<?> schedule(Runnable task, long nanos) {
    return loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  private void next() {
    while (running < AT_ONCE && !queue.isEmpty()) {
      Asked asked = queue.remove();
      if (!asked.result().isDone()) {
        running++;
        begin(asked);
      }
    }
  }

  private void begin(Asked asked) {
    long begun = rules.time().nanoTime();
    Destination way = wayOf(asked.key(), begun);
    TargetConfig target = way.target();
    // Places for trials are left to requests, which can tell more.
    boolean admitting = breakers.of(target).state() == CircuitBreaker.State.ADMITTING;
    long permit = admitting ? breakers.admit(target, "") : Breakers.REFUSED;
    KeyProbe probe =
        new KeyProbe(
            asked.key(),
            way,
            loop,
            pools,
            rules,
            end -> {
              settle(asked.key(), way, end, begun);
              if (permit != Breakers.REFUSED) {
                breakers.settle(target, "", permit, ofTarget(asked.key(), way, end));
              }
              running--;
              asked.result().complete(resultOf(asked.key(), way, end, begun));
              // Not from within: the ends of a long row that fails at once would pile up.
              loop.execute(this::next);
            });
    probe.start();
  }

  /** The key's own exit: the one it prefers of those that may be gone; else the first. */
  private Destination wayOf(ApiKey key, long now) {
    for (Destination way : key.destinations()) {
      if (exits.admits(way, now)) {
        return way;
      }
    }
    return key.destination();
  }

  private void settle(ApiKey key, Destination way, KeyProbe.End end, long begun) {
    KeyVerdict verdict = end.verdict();
    ring.verified(key, verdict, begun);
    exits.settle(way, new KeyLease(), verdict, begun);
  }

  /** A broken way through an exit that has others beside it may be that exit's fault. */
  private static KeyVerdict ofTarget(ApiKey key, Destination way, KeyProbe.End end) {
    boolean failed = end.ofTarget().effect() == KeyVerdict.Effect.TARGET_FAILURE;
    boolean ofExit = way.egress() != null && key.destinations().size() > 1;
    return failed && !ofExit ? end.ofTarget() : KeyVerdict.UNDECIDED;
  }

  private KeyChecked resultOf(ApiKey key, Destination way, KeyProbe.End end, long begun) {
    long millis = TimeUnit.NANOSECONDS.toMillis(rules.time().nanoTime() - begun);
    return new KeyChecked(
        key.secret().fingerprint(),
        key.name(),
        end.verdict().effect() == KeyVerdict.Effect.SUCCESS,
        end.status(),
        end.verdict().reason(),
        end.detail(),
        millis,
        way.egress() == null ? "" : String.valueOf(way.egress()));
  }
}
