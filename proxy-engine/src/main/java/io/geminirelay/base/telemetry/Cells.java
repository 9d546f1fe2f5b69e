package io.geminirelay.base.telemetry;

/**
 * Numbered sums, each in as many parts as there are event loops: a loop adds to its own part, and
 * who reads adds up the parts. So that loops which count the same things do not take the same lines
 * of memory from each other, which costs more than all the rest of counting.
 *
 * <p>Numbers are not given out twice: there are as many as a configuration has rows, and a late
 * addition to one that is no longer shown must not turn up in another. Thread safe.
 */
public final class Cells {
  private final PerLoop<LoopCells> loops = new PerLoop<>(LoopCells::new);
  private int next = LoopCells.MARGIN;

  /** Without any. */
  public Cells() {}

  /** Makes {@code count} new sums of 0; returns the number of the first, which is above 0. */
  public synchronized int take(int count) {
    int first = next;
    next += count;
    return first;
  }

  /** The calling loop's parts. */
  public LoopCells mine() {
    return loops.mine();
  }

  /** What a sum has come to. */
  public long sum(int cell) {
    long sum = 0;
    for (LoopCells each : loops.all()) {
      sum += each.get(cell);
    }
    return sum;
  }

  /** What a sum has come to that is not one of whole numbers. */
  public double sumOfParts(int cell) {
    double sum = 0;
    for (LoopCells each : loops.all()) {
      sum += Double.longBitsToDouble(each.get(cell));
    }
    return sum;
  }
}
