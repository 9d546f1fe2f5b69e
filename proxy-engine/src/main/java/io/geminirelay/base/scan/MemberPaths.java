package io.geminirelay.base.scan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The member paths a {@link MemberScanner} watches, such as {@code usageMetadata.promptTokenCount}.
 *
 * <p>Immutable and safe to share. Each path has a number: its place in the list given to {@link
 * #of}, counted from 1. Arrays are passed through, so {@code candidates.finishReason} means the
 * member of each candidate. The path {@code *} stands for every top-level member not named
 * otherwise.
 */
final class MemberPaths {
  /** The top-level value itself. */
  static final int ROOT = 0;

  /** Not on any watched path. */
  static final int NONE = -1;

  private static final String OTHERS = "*";

  private final byte[][][] names;
  private final int[][] ids;
  private final int others;

  private MemberPaths(byte[][][] names, int[][] ids, int others) {
    this.names = names;
    this.ids = ids;
    this.others = others;
  }

  /**
   * Compiles paths; every step on the way to a path must itself be listed before it.
   *
   * @throws IllegalArgumentException if a path's parent is not listed before it
   */
  static MemberPaths of(String... paths) {
    List<List<byte[]>> names = new ArrayList<>();
    List<List<Integer>> ids = new ArrayList<>();
    for (int i = 0; i <= paths.length; i++) {
      names.add(new ArrayList<>());
      ids.add(new ArrayList<>());
    }
    List<String> known = List.of(paths);
    int others = NONE;
    for (int i = 0; i < paths.length; i++) {
      String path = paths[i];
      if (path.equals(OTHERS)) {
        others = i + 1;
        continue;
      }
      int dot = path.lastIndexOf('.');
      int parent = dot < 0 ? ROOT : known.subList(0, i).indexOf(path.substring(0, dot)) + 1;
      if (dot >= 0 && parent == ROOT) {
        throw new IllegalArgumentException("parent of " + path + " is not listed before it");
      }
      names.get(parent).add(path.substring(dot + 1).getBytes(StandardCharsets.US_ASCII));
      ids.get(parent).add(i + 1);
    }
    return new MemberPaths(arrays(names), numbers(ids), others);
  }

  private static byte[][][] arrays(List<List<byte[]>> lists) {
    byte[][][] arrays = new byte[lists.size()][][];
    for (int i = 0; i < arrays.length; i++) {
      arrays[i] = lists.get(i).toArray(new byte[0][]);
    }
    return arrays;
  }

  private static int[][] numbers(List<List<Integer>> lists) {
    int[][] numbers = new int[lists.size()][];
    for (int i = 0; i < numbers.length; i++) {
      List<Integer> list = lists.get(i);
      numbers[i] = new int[list.size()];
      for (int j = 0; j < list.size(); j++) {
        numbers[i][j] = list.get(j);
      }
    }
    return numbers;
  }

  /** Tells whether members of the container at {@code path} can be on a watched path. */
  boolean hasMembers(int path) {
    return path != NONE && (names[path].length > 0 || path == ROOT);
  }

  /** Tells whether a scalar at {@code path} is worth keeping. */
  boolean keepsValue(int path) {
    return path > ROOT && path != others;
  }

  /** Path of the member called {@code name} in the container at {@code path}, or {@link #NONE}. */
  int member(int path, ScanText name) {
    byte[][] candidates = names[path];
    for (int i = 0; i < candidates.length; i++) {
      if (name.is(candidates[i])) {
        return ids[path][i];
      }
    }
    return path == ROOT ? others : NONE;
  }
}
