package io.geminirelay.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Feeds one byte sequence to a byte machine in many cuts: whole, every two-part split, one byte at
 * a time, and random splits. A failure names the cut and the seed that made it.
 */
public final class EverySplit {
  /** Above this size two-part splits are sampled: their number times their length would explode. */
  private static final int WHOLE_SWEEP_BYTES = 8_192;

  private static final int SAMPLED_SPLITS = 2_000;

  private EverySplit() {}

  /** Receives the pieces of one cut, in order; throws to say that the machine failed. */
  @FunctionalInterface
  public interface Consumer {
    /** Feeds the pieces to a fresh machine and checks what came out. */
    void feed(List<byte[]> pieces) throws Exception;
  }

  /** Feeds all cuts, with 100 random ones from a fresh seed. */
  public static void of(byte[] bytes, Consumer consumer) {
    of(bytes, 100, new Random().nextLong(), consumer);
  }

  /**
   * Feeds all cuts.
   *
   * @param randomSplits number of random cuts, each with pieces of other sizes
   * @param seed what the random cuts are made from; printed when one fails
   */
  public static void of(byte[] bytes, int randomSplits, long seed, Consumer consumer) {
    Random random = new Random(seed);
    feed("whole", List.of(bytes), consumer);
    for (int at : twoPartCuts(bytes.length, random)) {
      feed("cut at " + at + ", seed " + seed, cut(bytes, at), consumer);
    }
    feed("one byte at a time", single(bytes), consumer);
    for (int i = 0; i < randomSplits; i++) {
      int largest = 1 << (1 + random.nextInt(12));
      feed("random split " + i + ", seed " + seed, randomly(bytes, largest, random), consumer);
    }
  }

  /** Cuts the bytes before each of the ascending offsets. */
  public static List<byte[]> cut(byte[] bytes, int... offsets) {
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    for (int offset : offsets) {
      pieces.add(Arrays.copyOfRange(bytes, from, offset));
      from = offset;
    }
    pieces.add(Arrays.copyOfRange(bytes, from, bytes.length));
    return pieces;
  }

  /** Cuts the bytes to pieces of 1 to {@code largest} bytes. */
  public static List<byte[]> randomly(byte[] bytes, int largest, Random random) {
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    while (from < bytes.length) {
      int size = Math.min(bytes.length - from, 1 + random.nextInt(largest));
      pieces.add(Arrays.copyOfRange(bytes, from, from + size));
      from += size;
    }
    return pieces;
  }

  private static List<byte[]> single(byte[] bytes) {
    List<byte[]> pieces = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      pieces.add(new byte[] {b});
    }
    return pieces;
  }

  private static int[] twoPartCuts(int length, Random random) {
    if (length <= WHOLE_SWEEP_BYTES) {
      return java.util.stream.IntStream.range(1, Math.max(1, length)).toArray();
    }
    return random.ints(SAMPLED_SPLITS, 1, length).sorted().distinct().toArray();
  }

  private static void feed(String name, List<byte[]> pieces, Consumer consumer) {
    try {
      consumer.feed(pieces);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("failed with " + name + ": " + e.getMessage(), e);
    }
  }
}
