package io.geminirelay;

import io.geminirelay.base.config.FileStamp;
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
 * @param stamp of that file when it was read
 * @param supplier makes a counter for the calling event loop
 */
record Counters(
    boolean counts,
    @Nullable Path vocabulary,
    @Nullable FileStamp stamp,
    Supplier<TextCounter> supplier) {
  private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

  /**
   * What counting needs is loaded before anything is served with it, and only where it is done; a
   * file that {@code before} has read is not read again while it stays as it was.
   */
  static Counters of(GuardConfig guard, @Nullable Counters before) throws IOException {
    Path vocabulary = guard.vocabulary();
    boolean counts = guard.maxTokensPerRequest() > 0;
    FileStamp stamp = counts && vocabulary != null ? stamp(vocabulary) : null;
    if (before != null
        && counts == before.counts
        && Objects.equals(stamp, before.stamp)
        && Objects.equals(vocabulary, before.vocabulary)) {
      return before;
    }
    if (!counts) {
      return new Counters(false, vocabulary, null, TokenEstimate::new);
    }
    if (vocabulary != null) {
      LOG.info("tokens are counted by {}", vocabulary);
      return new Counters(true, vocabulary, stamp, TokenCounters.load(vocabulary)::counter);
    }
    LOG.info("tokens are estimated");
    TextCounter first = new TokenEstimate();
    first.reset();
    return new Counters(true, null, null, TokenEstimate::new);
  }

  /** Null for a file that cannot be looked at: reading it says what is wrong. */
  private static @Nullable FileStamp stamp(Path vocabulary) {
    try {
      return FileStamp.of(vocabulary);
    } catch (IOException e) {
      return null;
    }
  }
}
