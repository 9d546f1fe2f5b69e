package io.geminirelay.bench.tokens;

import io.geminirelay.base.tokens.TextCounter;
import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.base.tokens.TokenWeights;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Counts texts with weights that were calibrated without them. */
final class CrossValidation {
  private CrossValidation() {}

  /** Counts with these weights. */
  static long[] count(List<KnownText> texts, TextCounter counter) {
    long[] counts = new long[texts.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = count(texts.get(i), counter);
    }
    return counts;
  }

  /** Counts each text with weights from the texts of the other folds. */
  static long[] byText(List<KnownText> texts, int folds) {
    return apart(texts, i -> i % folds, folds);
  }

  /** Counts each text with weights from the texts of all other kinds. */
  static long[] byKind(List<KnownText> texts) {
    List<String> kinds = texts.stream().map(KnownText::kind).distinct().sorted().toList();
    return apart(texts, i -> kinds.indexOf(texts.get(i).kind()), kinds.size());
  }

  private static long[] apart(List<KnownText> texts, IntUnaryOperator foldOf, int folds) {
    long[] counts = new long[texts.size()];
    IntStream.range(0, folds)
        .parallel()
        .forEach(
            fold -> {
              List<KnownText> others = new ArrayList<>();
              for (int i = 0; i < counts.length; i++) {
                if (foldOf.applyAsInt(i) != fold) {
                  others.add(texts.get(i));
                }
              }
              TokenWeights weights = new TokenWeights(CalibrateMain.levels(others));
              TextCounter counter = new TokenEstimate(weights);
              for (int i = 0; i < counts.length; i++) {
                if (foldOf.applyAsInt(i) == fold) {
                  counts[i] = count(texts.get(i), counter);
                }
              }
            });
    return counts;
  }

  private static long count(KnownText known, TextCounter counter) {
    ByteBuf buf = Unpooled.wrappedBuffer(known.text().getBytes(StandardCharsets.UTF_8));
    counter.reset();
    counter.begin();
    counter.look(buf, 0, buf.writerIndex());
    counter.end();
    return counter.tokens();
  }
}
