package io.geminirelay.base.tokens;

import java.util.Arrays;

/**
 * The texts that are tokens before anything is merged, such as {@code <table>} or a run of line
 * feeds: a tree of their characters.
 *
 * <p>Not changed once the vocabulary is loaded, and from then on thread safe.
 */
final class AddedTokens {
  /** Where each text begins. */
  static final int ROOT = 0;

  /** No text goes on that way. */
  static final int NONE = -1;

  private static final int ASCII = 128;

  private int[] codePoints = new int[64];
  private int[] firstChild = new int[64];
  private int[] sibling = new int[64];
  private boolean[] accepts = new boolean[64];
  private final boolean[] startsAscii = new boolean[ASCII];
  private int nodes = 1;
  private int longest;

  AddedTokens() {
    firstChild[ROOT] = NONE;
  }

  /** While loading: adds a text, which is not empty. */
  void add(String text) {
    int node = ROOT;
    int length = 0;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int codePoint = text.codePointAt(i);
      int child = child(node, codePoint);
      node = child == NONE ? addChild(node, codePoint) : child;
      length++;
    }
    accepts[node] = true;
    longest = Math.max(longest, length);
    if (text.charAt(0) < ASCII) {
      startsAscii[text.charAt(0)] = true;
    }
  }

  private int addChild(int node, int codePoint) {
    if (nodes == codePoints.length) {
      codePoints = Arrays.copyOf(codePoints, nodes * 2);
      firstChild = Arrays.copyOf(firstChild, nodes * 2);
      sibling = Arrays.copyOf(sibling, nodes * 2);
      accepts = Arrays.copyOf(accepts, nodes * 2);
    }
    codePoints[nodes] = codePoint;
    sibling[nodes] = firstChild[node];
    firstChild[nodes] = NONE;
    firstChild[node] = nodes;
    return nodes++;
  }

  /** The node one character further, or {@link #NONE}. */
  int child(int node, int codePoint) {
    int child = firstChild[node];
    while (child != NONE && codePoints[child] != codePoint) {
      child = sibling[child];
    }
    return child;
  }

  /** Whether a text ends at this node. */
  boolean accepts(int node) {
    return accepts[node];
  }

  /** Whether a text begins with this character. */
  boolean starts(int codePoint) {
    return codePoint < ASCII ? startsAscii[codePoint] : child(ROOT, codePoint) != NONE;
  }

  /** Characters of the longest text. */
  int longest() {
    return longest;
  }

  /** Memory held. */
  long sizeBytes() {
    return codePoints.length * 13L;
  }
}
