package io.geminirelay.base.telemetry.metrics;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A few cells by a small number: found without a hash, a box or an allocation, since of the many
 * possible numbers a place sees but a few. Thread safe.
 */
final class CellTable {
  private final IntUnaryOperator maker;

  /** A number and its cell, and so on. */
  private volatile int[] known = {};

  /** Cells as {@code maker} makes them when they are first needed. */
  CellTable(IntUnaryOperator maker) {
    this.maker = maker;
  }

  /** The cell of {@code number}. */
  int of(int number) {
    int[] now = known;
    for (int i = 0; i < now.length; i += 2) {
      if (now[i] == number) {
        return now[i + 1];
      }
    }
    return add(number);
  }

  private synchronized int add(int number) {
    int[] now = known;
    for (int i = 0; i < now.length; i += 2) {
      if (now[i] == number) {
        return now[i + 1];
      }
    }
    int[] more = Arrays.copyOf(now, now.length + 2);
    more[now.length] = number;
    more[now.length + 1] = maker.applyAsInt(number);
    known = more;
    return more[now.length + 1];
  }
}
