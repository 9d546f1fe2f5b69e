package io.geminirelay.base.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Sums that one event loop adds to, by number, see {@link Cells}: an addition is a load and a
 * store, without any word between processors. Others may read; each sum they see is one that there
 * was.
 */
public final class LoopCells {
  /** As many as share a line of the cache; left free at both ends, where others' data may begin. */
  static final int MARGIN = 16;

  private static final int FIRST_CELLS = 512;
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** Written by the loop alone. */
  private volatile long[] cells = new long[FIRST_CELLS];

  LoopCells() {}

  /** Adds to a sum. */
  public void add(int cell, long more) {
    long[] now = cells;
    if (cell + MARGIN >= now.length) {
      now = grown(cell);
    }
    CELL.setOpaque(now, cell, now[cell] + more);
  }

  /** Adds to a sum of parts, which is read by {@link Cells#sumOfParts}. */
  public void addPart(int cell, double more) {
    long[] now = cells;
    if (cell + MARGIN >= now.length) {
      now = grown(cell);
    }
    CELL.setOpaque(
        now, cell, Double.doubleToRawLongBits(Double.longBitsToDouble(now[cell]) + more));
  }

  private long[] grown(int cell) {
    long[] more = Arrays.copyOf(cells, Math.max(cells.length * 2, cell + 2 * MARGIN));
    cells = more;
    return more;
  }

  long get(int cell) {
    long[] now = cells;
    return cell < now.length ? (long) CELL.getOpaque(now, cell) : 0;
  }
}
