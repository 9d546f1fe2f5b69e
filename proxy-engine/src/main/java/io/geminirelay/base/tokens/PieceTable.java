package io.geminirelay.base.tokens;

import java.util.Arrays;

/**
 * The texts of a vocabulary's pieces, numbered from 0 in the order they come. Needed while a
 * vocabulary is loaded and not afterwards.
 */
final class PieceTable {
  /** There is no such piece. */
  static final int NONE = -1;

  private char[] chars = new char[1 << 16];
  private int[] ends = new int[1 << 12];
  private int[] slots = new int[1 << 13];
  private int size;

  PieceTable() {
    Arrays.fill(slots, NONE);
  }

  /**
   * Adds a piece.
   *
   * @return its number, or {@link #NONE} if it is there already
   */
  int add(String text) {
    char[] piece = text.toCharArray();
    if (size >= slots.length / 2) {
      grow();
    }
    int at = slotOf(piece, 0, piece.length);
    if (slots[at] != NONE) {
      return NONE;
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, size * 2);
    }
    int start = start(size);
    if (start + piece.length > chars.length) {
      chars = Arrays.copyOf(chars, (start + piece.length) * 2);
    }
    System.arraycopy(piece, 0, chars, start, piece.length);
    ends[size] = start + piece.length;
    slots[at] = size;
    return size++;
  }

  private void grow() {
    slots = new int[slots.length * 2];
    Arrays.fill(slots, NONE);
    for (int piece = 0; piece < size; piece++) {
      slots[slotOf(chars, start(piece), ends[piece] - start(piece))] = piece;
    }
  }

  private int slotOf(char[] text, int from, int length) {
    int hash = 0;
    for (int i = from; i < from + length; i++) {
      hash = hash * 31 + text[i];
    }
    int mask = slots.length - 1;
    int at = (hash * 0x9E3779B9 >>> 7) & mask;
    while (slots[at] != NONE && !is(slots[at], text, from, length)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private boolean is(int piece, char[] text, int from, int length) {
    return Arrays.equals(chars, start(piece), ends[piece], text, from, from + length);
  }

  private int start(int piece) {
    return piece == 0 ? 0 : ends[piece - 1];
  }

  /** Number of the piece with this text, or {@link #NONE}. */
  int find(char[] text, int from, int length) {
    return slots[slotOf(text, from, length)];
  }

  /** Number of the piece that is two others together, or {@link #NONE}. */
  int findJoined(int left, int right) {
    int leftLength = ends[left] - start(left);
    int length = leftLength + ends[right] - start(right);
    char[] joined = Arrays.copyOfRange(chars, start(left), start(left) + length);
    System.arraycopy(chars, start(right), joined, leftLength, length - leftLength);
    return find(joined, 0, length);
  }

  /** First character of a piece that is not empty. */
  int first(int piece) {
    return Character.codePointAt(chars, start(piece), ends[piece]);
  }

  /** Last character of a piece that is not empty. */
  int last(int piece) {
    return Character.codePointBefore(chars, ends[piece], start(piece));
  }

  /** Whether the piece is one character. */
  boolean isCharacter(int piece) {
    int length = ends[piece] - start(piece);
    return length > 0 && length == Character.charCount(first(piece));
  }

  /** Whether the piece is empty. */
  boolean isEmpty(int piece) {
    return ends[piece] == start(piece);
  }

  /** Pieces so far. */
  int size() {
    return size;
  }
}
