package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.scan.TokenCounts;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Adds up to a {@link Sum}; thread safe, and adding waits for nobody. */
final class Tally {
  private final LongAdder served = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder abandoned = new LongAdder();
  private final LongAdder attempts = new LongAdder();
  private final LongAdder upstreamRefusals = new LongAdder();
  private final LongAdder prompt = new LongAdder();
  private final LongAdder cached = new LongAdder();
  private final LongAdder output = new LongAdder();
  private final LongAdder thoughts = new LongAdder();

  /** Adds an exchange, of which {@code refusals} attempts met a quota. */
  void add(Settled settled, int refusals) {
    count(settled.failed(), settled.outcome());
    attempts.add(settled.attempts());
    if (refusals > 0) {
      upstreamRefusals.add(refusals);
    }
    add(settled.tokens());
  }

  private void count(boolean failure, Outcome outcome) {
    if (failure) {
      failed.increment();
    } else if (outcome == Outcome.ABANDONED) {
      abandoned.increment();
    } else if (outcome == Outcome.REFUSED) {
      refused.increment();
    } else {
      served.increment();
    }
  }

  /** Adds one attempt, by the outcome that its trail tells. */
  void addAttempt(String outcome, int status) {
    attempts.increment();
    if (outcome.equals("ok")) {
      served.increment();
    } else if (Settled.isQuotaRefusal(outcome)) {
      upstreamRefusals.increment();
      refused.increment();
    } else if (outcome.equals("abandoned") || outcome.equals("open")) {
      abandoned.increment();
    } else if (status >= 400 && status < 500) {
      refused.increment();
    } else {
      failed.increment();
    }
  }

  /** Adds what an answer cost. */
  void add(@Nullable TokenCounts tokens) {
    if (tokens != null) {
      add(prompt, tokens.prompt());
      add(cached, tokens.cached());
      add(output, tokens.output());
      add(thoughts, tokens.thoughts());
    }
  }

  private static void add(LongAdder sum, long count) {
    if (count > 0) {
      sum.add(count);
    }
  }

  /** What it has come to. */
  Sum sum() {
    long good = served.sum();
    long no = refused.sum();
    long bad = failed.sum();
    long gone = abandoned.sum();
    return new Sum(
        good + no + bad + gone,
        good,
        no,
        bad,
        gone,
        attempts.sum(),
        upstreamRefusals.sum(),
        prompt.sum(),
        cached.sum(),
        output.sum(),
        thoughts.sum());
  }
}
