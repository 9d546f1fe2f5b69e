package io.geminirelay.testing.sim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** A vector of length 1 that follows from a text alone. */
final class Embedding {
  private Embedding() {}

  static List<Object> of(String text, int dimensions) {
    Random random = new Random(text.hashCode());
    double[] raw = random.doubles(dimensions, -1, 1).toArray();
    double sum = 0;
    for (double value : raw) {
      sum += value * value;
    }
    double length = Math.max(1e-9, Math.sqrt(sum));
    List<Object> values = new ArrayList<>(dimensions);
    for (double value : raw) {
      values.add((float) (value / length));
    }
    return values;
  }

  /** The same as little-endian floats in base64. */
  static String base64(List<Object> values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(value -> bytes.putFloat((Float) value));
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
