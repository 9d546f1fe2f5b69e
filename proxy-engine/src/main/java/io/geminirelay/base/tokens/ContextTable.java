package io.geminirelay.base.tokens;

/**
 * The tables of weights, each for one view of what stands around the border between two characters.
 * All lie behind one another; a slot is an index into the whole.
 */
public enum ContextTable {
  /** Kinds of the characters on both sides. */
  KINDS(0, 10),
  /** Kinds of the right character and the two before it. */
  THREE_KINDS(KINDS.end(), 15),
  /** Kinds on both sides, and how many of the left one stand there. */
  RUN(THREE_KINDS.end(), 14),
  /** Kinds on both sides, and the letters of the word so far. */
  WORD(RUN.end(), 14),
  /** The 128 characters that the right one belongs to, and whether the kind changes. */
  BLOCK(WORD.end(), 11),
  /** The right character. */
  CHARACTER(BLOCK.end(), 12),
  /** The characters on both sides. */
  PAIR(CHARACTER.end(), 13),
  /** The right character and the two before it. */
  TRIPLE(PAIR.end(), 14),
  /** The right character, for whether the vocabulary lacks it. */
  UNKNOWN(TRIPLE.end(), 12),
  /** The 64 characters that the right one belongs to, for the same. */
  UNKNOWN_BLOCK(UNKNOWN.end(), 10);

  /** Slots of all tables together. */
  public static final int ALL_SLOTS = UNKNOWN_BLOCK.end();

  private final int first;
  private final int bits;

  ContextTable(int first, int bits) {
    this.first = first;
    this.bits = bits;
  }

  /** The table's first slot. */
  public int first() {
    return first;
  }

  /** The slot behind the table's last. */
  public int end() {
    return first + (1 << bits);
  }

  /** How far to shift a 32-bit hash down to a place in the table. */
  int hashShift() {
    return Integer.SIZE - bits;
  }
}
