package io.geminirelay;

import io.geminirelay.base.config.GuardConfig;
import io.geminirelay.base.tokens.TextCounter;
import io.geminirelay.base.tokens.TokenCounters;
import io.geminirelay.base.tokens.TokenEstimate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tokens are counted with.
 *
 * @param counts whether they are counted at all
 * @param vocabulary file they are counted by; null where they are estimated
 * @param supplier makes a counter for the calling event loop
 */
record Counters(boolean counts, @Nullable Path vocabulary, Supplier<TextCounter> supplier) {
  private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

  /**
   * What counting needs is loaded once, before anything is served with it, and only where it is
   * done; the same as {@code before} is not loaded again.
   */
  static Counters of(GuardConfig guard, @Nullable Counters before) throws IOException {
    Path vocabulary = guard.vocabulary();
    boolean counts = guard.maxTokensPerRequest() > 0;
    if (before != null
        && counts == before.counts
        && Objects.equals(vocabulary, before.vocabulary)) {
      return before;
    }
    if (!counts) {
      return new Counters(false, vocabulary, TokenEstimate::new);
    }
    if (vocabulary != null) {
      LOG.info("tokens are counted by {}", vocabulary);
      return new Counters(true, vocabulary, TokenCounters.load(vocabulary)::counter);
    }
    LOG.info("tokens are estimated");
    TextCounter first = new TokenEstimate();
    first.reset();
    return new Counters(true, null, TokenEstimate::new);
  }
}
