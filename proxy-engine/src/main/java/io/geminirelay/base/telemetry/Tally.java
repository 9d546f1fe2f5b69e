package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.scan.TokenCounts;
import org.jspecify.annotations.Nullable;

/** Adds up to a {@link Sum}; thread safe, and adding waits for nobody and disturbs nobody. */
final class Tally {
  private static final int SERVED = 0;
  private static final int REFUSED = 1;
  private static final int FAILED = 2;
  private static final int ABANDONED = 3;
  private static final int ATTEMPTS = 4;
  private static final int UPSTREAM_REFUSALS = 5;
  private static final int PROMPT = 6;
  private static final int CACHED = 7;
  private static final int OUTPUT = 8;
  private static final int THOUGHTS = 9;
  private static final int COUNT = 10;

  private final Cells cells;
  private final int first;

  /** Nothing yet; what comes is kept in {@code cells}. */
  Tally(Cells cells) {
    this.cells = cells;
    this.first = cells.take(COUNT);
  }

  /** Adds an exchange, of which {@code refusals} attempts met a quota. */
  void add(Settled settled, int refusals) {
    LoopCells mine = cells.mine();
    mine.add(first + end(settled.failed(), settled.outcome()), 1);
    mine.add(first + ATTEMPTS, settled.attempts());
    if (refusals > 0) {
      mine.add(first + UPSTREAM_REFUSALS, refusals);
    }
    add(mine, settled.tokens());
  }

  private static int end(boolean failure, Outcome outcome) {
    if (failure) {
      return FAILED;
    }
    return switch (outcome) {
      case ABANDONED -> ABANDONED;
      case REFUSED -> REFUSED;
      default -> SERVED;
    };
  }

  /** Adds one attempt, by the outcome that its trail tells. */
  void addAttempt(String outcome, int status) {
    LoopCells mine = cells.mine();
    mine.add(first + ATTEMPTS, 1);
    if (outcome.equals("ok")) {
      mine.add(first + SERVED, 1);
    } else if (Settled.isQuotaRefusal(outcome)) {
      mine.add(first + UPSTREAM_REFUSALS, 1);
      mine.add(first + REFUSED, 1);
    } else if (outcome.equals("abandoned") || outcome.equals("open")) {
      mine.add(first + ABANDONED, 1);
    } else if (status >= 400 && status < 500) {
      mine.add(first + REFUSED, 1);
    } else {
      mine.add(first + FAILED, 1);
    }
  }

  /** Adds what an answer cost. */
  void add(@Nullable TokenCounts tokens) {
    if (tokens != null) {
      add(cells.mine(), tokens);
    }
  }

  private void add(LoopCells mine, @Nullable TokenCounts tokens) {
    if (tokens != null) {
      add(mine, PROMPT, tokens.prompt());
      add(mine, CACHED, tokens.cached());
      add(mine, OUTPUT, tokens.output());
      add(mine, THOUGHTS, tokens.thoughts());
    }
  }

  private void add(LoopCells mine, int sum, long count) {
    if (count > 0) {
      mine.add(first + sum, count);
    }
  }

  /** What it has come to. */
  Sum sum() {
    long good = sum(SERVED);
    long no = sum(REFUSED);
    long bad = sum(FAILED);
    long gone = sum(ABANDONED);
    return new Sum(
        good + no + bad + gone,
        good,
        no,
        bad,
        gone,
        sum(ATTEMPTS),
        sum(UPSTREAM_REFUSALS),
        sum(PROMPT),
        sum(CACHED),
        sum(OUTPUT),
        sum(THOUGHTS));
  }

  private long sum(int which) {
    return cells.sum(first + which);
  }
}
