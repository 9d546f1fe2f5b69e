package io.geminirelay.base.tokens;

import io.netty.util.concurrent.FastThreadLocal;
import java.nio.file.Path;

/**
 * Gives out exact counters that share one vocabulary, which is loaded once.
 *
 * <p>Thread safe. What is dear in a counter, the memory for merging and the remembered segments
 * (300 to 450 KB), is there once for each thread that asks, stays warm from request to request and
 * goes with its thread; a counter itself is small.
 */
public final class TokenCounters {
  private final Vocabulary vocabulary;
  private final FastThreadLocal<Workplace> workplaces =
      new FastThreadLocal<>() {
        @Override
        protected Workplace initialValue() {
          return new Workplace(new SegmentMerger(vocabulary.merges()), new SegmentCache());
        }
      };

  private record Workplace(SegmentMerger merger, SegmentCache cache) {}

  private TokenCounters(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /**
   * Loads the vocabulary. Blocking, for about a second: for the start, not for an event loop.
   *
   * @param vocabulary a {@code tokenizer.json}, see {@link Vocabulary#load}
   * @throws VocabularyException if the file cannot be used
   */
  public static TokenCounters load(Path vocabulary) throws VocabularyException {
    return new TokenCounters(Vocabulary.load(vocabulary));
  }

  /** A counter for the calling thread alone; several may be in use there by turns. */
  public TextCounter counter() {
    Workplace workplace = workplaces.get();
    return new VocabularyCounter(vocabulary, workplace.merger(), workplace.cache());
  }
}
