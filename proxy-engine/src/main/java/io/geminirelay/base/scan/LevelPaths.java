package io.geminirelay.base.scan;

import java.util.Arrays;

/**
 * The watched path of each level that is open, as far as levels have been seen: Google's events
 * have six, and thousands of streams may be open at once. Not thread-safe.
 */
final class LevelPaths {
  private static final int FIRST = 8;

  private int[] paths = new int[FIRST];

  /** Path of {@code level}, which was set when it was opened. */
  int at(int level) {
    return paths[level];
  }

  void set(int level, int path) {
    if (level >= paths.length) {
      paths = Arrays.copyOf(paths, Math.max(level + 1, 2 * paths.length));
    }
    paths[level] = path;
  }
}
