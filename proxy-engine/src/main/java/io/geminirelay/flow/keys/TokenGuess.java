package io.geminirelay.flow.keys;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Guesses the input tokens of a request from the length of its body, and learns from what Google
 * counts.
 *
 * <p>For each model and class of length it keeps the bytes and the tokens of late, older ones
 * fading out, in one word each. Classes are apart because bodies of different lengths differ in
 * kind: a short one is text, at some four bytes a token, one of megabytes mostly an image, at a
 * thousandth of that. Only models that have answered are kept, {@link #MAX_MODELS} at most, the
 * least used dropped for others. Thread safe, without lock.
 */
public final class TokenGuess {
  static final int MAX_MODELS = 256;

  private static final int CLASSES = 8;
  private static final int FADING = 8;
  private static final int LEAN = 6;
  private static final int BYTES_A_TOKEN = 4;
  private static final long MOST_TOKENS = 1L << 20;
  private static final long MOST_BYTES = 1L << 27;
  private static final int TOKEN_SHIFT = 32;
  private static final long BYTE_MASK = (1L << TOKEN_SHIFT) - 1;

  private final Map<String, AtomicLongArray> models = new ConcurrentHashMap<>();

  TokenGuess() {}

  /** Tokens of a body of {@code bytes} for {@code model}; 0 to about a million. */
  public long tokens(String model, long bytes) {
    AtomicLongArray known = models.get(model);
    long seen = known == null ? 0 : known.get(classOf(bytes));
    double share =
        seen == 0 ? 1.0 / BYTES_A_TOKEN : (double) (seen >>> TOKEN_SHIFT) / (seen & BYTE_MASK);
    return seen == 0 ? tokens(bytes, share) : lean(tokens(bytes, share));
  }

  private static long tokens(long bytes, double share) {
    return Math.min(MOST_TOKENS, (long) Math.ceil(Math.min(bytes, MOST_BYTES) * share));
  }

  /**
   * What is drawn for an expected number of tokens: a little more, as too low a guess is refused
   * and too high a one is set right as soon as Google has counted.
   */
  public static long lean(long expected) {
    return expected + expected / LEAN;
  }

  /** Notes down that Google counted {@code tokens} in a body of {@code bytes}, at least 1. */
  public void learn(String model, long bytes, long tokens) {
    AtomicLongArray known = models.get(model);
    if (known == null) {
      if (models.size() >= MAX_MODELS) {
        forgetOne();
      }
      known = models.computeIfAbsent(model, x -> new AtomicLongArray(CLASSES + 1));
    }
    long length = Math.min(bytes, MOST_BYTES);
    long counted = Math.min(tokens, MOST_BYTES);
    known.incrementAndGet(CLASSES);
    known.updateAndGet(classOf(bytes), old -> faded(old, length, counted));
  }

  /** Drops the one that was counted least of late. */
  private void forgetOne() {
    String least = null;
    long lowest = Long.MAX_VALUE;
    for (Map.Entry<String, AtomicLongArray> each : models.entrySet()) {
      AtomicLongArray words = each.getValue();
      // The last word is no class: how often it was used since the others were last dropped.
      long uses = words.get(CLASSES);
      words.set(CLASSES, uses / 2);
      if (uses < lowest) {
        lowest = uses;
        least = each.getKey();
      }
    }
    if (least != null) {
      models.remove(least);
    }
  }

  private static long faded(long old, long bytes, long tokens) {
    long before = old & BYTE_MASK;
    long counted = old >>> TOKEN_SHIFT;
    return (counted - counted / FADING + tokens) << TOKEN_SHIFT
        | (before - before / FADING + bytes);
  }

  /** Classes are four times as long each as the one before; the first ends at 1 KiB. */
  private static int classOf(long bytes) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(bytes >>> 10);
    return Math.min(CLASSES - 1, (bits + 1) / 2);
  }
}
