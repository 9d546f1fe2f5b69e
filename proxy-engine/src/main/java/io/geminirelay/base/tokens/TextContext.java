package io.geminirelay.base.tokens;

/**
 * Walks over a text and knows, at each character, which slots of the weight tables tell how likely
 * a token ends in front of it.
 *
 * <p>The estimate and its calibration both use this walk, so they cannot differ. Not thread-safe;
 * nothing is allocated while walking.
 */
public final class TextContext {
  /** Slots of {@link #slots}: eight for the border, two for whether the character is unknown. */
  public static final int SLOTS = 10;

  /** How many of them are for the border. */
  public static final int BORDER_SLOTS = 8;

  private static final int CHAIN = 0x5BD1E995;
  private static final int SPREAD = 0x9E3779B1;
  private static final int LONGEST = 15;

  private static final int KIND_MASK = (1 << 2 * CharKind.BITS) - 1;
  private static final int THREE_MASK = (1 << 3 * CharKind.BITS) - 1;

  private static final int THREE_FIRST = ContextTable.THREE_KINDS.first();
  private static final int RUN_FIRST = ContextTable.RUN.first();
  private static final int WORD_FIRST = ContextTable.WORD.first();
  private static final int BLOCK_FIRST = ContextTable.BLOCK.first();
  private static final int BLOCK_SHIFT = ContextTable.BLOCK.hashShift();
  private static final int CHARACTER_FIRST = ContextTable.CHARACTER.first();
  private static final int CHARACTER_SHIFT = ContextTable.CHARACTER.hashShift();
  private static final int PAIR_FIRST = ContextTable.PAIR.first();
  private static final int PAIR_SHIFT = ContextTable.PAIR.hashShift();
  private static final int TRIPLE_FIRST = ContextTable.TRIPLE.first();
  private static final int TRIPLE_SHIFT = ContextTable.TRIPLE.hashShift();
  private static final int UNKNOWN_FIRST = ContextTable.UNKNOWN.first();
  private static final int UNKNOWN_SHIFT = ContextTable.UNKNOWN.hashShift();
  private static final int UNKNOWN_BLOCK_FIRST = ContextTable.UNKNOWN_BLOCK.first();
  private static final int UNKNOWN_BLOCK_SHIFT = ContextTable.UNKNOWN_BLOCK.hashShift();

  // The character looked at, hashed with the one before, its kind behind the two before, how many
  // of its kind stand there, and how many letters.
  private int character;
  private int chain;
  private int kinds;
  private int run;
  private int word;

  private long shares;

  // Slots of the border in front of it.
  int threeKinds;
  int runSlot;
  int wordSlot;
  int block;
  int characterSlot;
  int pair;
  int triple;

  /** Goes back to before the first character of a text. */
  public void restart() {
    character = 0;
    chain = 0;
    kinds = 0;
    run = 0;
    word = 0;
  }

  /**
   * Walks on to the next character.
   *
   * @param c code point, 0 to 0x10FFFF
   */
  public void next(int c) {
    int kind = CharKind.of(c);
    int before = kinds & (1 << CharKind.BITS) - 1;
    boolean same = kind == before;
    kinds = (kinds << CharKind.BITS | kind) & THREE_MASK;
    int twoKinds = (kinds & KIND_MASK) << 4;
    threeKinds = THREE_FIRST + kinds;
    runSlot = RUN_FIRST + (twoKinds | run);
    wordSlot = WORD_FIRST + (twoKinds | word);
    block = BLOCK_FIRST + (((c >> 7 << 1 | (same ? 1 : 0)) * SPREAD) >>> BLOCK_SHIFT);
    characterSlot = CHARACTER_FIRST + ((c * SPREAD) >>> CHARACTER_SHIFT);
    int both = character * CHAIN + c;
    pair = PAIR_FIRST + ((both * SPREAD) >>> PAIR_SHIFT);
    triple = TRIPLE_FIRST + (((chain * CHAIN + c) * SPREAD) >>> TRIPLE_SHIFT);
    chain = both;
    character = c;
    run = same ? Math.min(run + 1, LONGEST) : 1;
    word = CharKind.isLetter(kind) ? Math.min(word + 1, LONGEST) : 0;
  }

  /** Whether ASCII bytes may be walked by {@link #ascii}: the character looked at is ASCII too. */
  boolean mayWalkAscii() {
    return character < 0x80 && kinds != 0;
  }

  /**
   * Walks on over ASCII bytes, as {@link #next} would, until the first that is not: the hottest
   * loop, so all that changes is in local variables and pairs are looked up without a hash.
   *
   * @param bytes borrowed
   * @return index behind the last byte walked over
   */
  int ascii(byte[] bytes, int from, int to, TokenWeights weights) {
    int before = character;
    int hashed = chain;
    int three = kinds;
    int alike = run;
    int letters = word;
    long sum = 0;
    int i = from;
    for (; i < to && bytes[i] >= 0; i++) {
      int c = bytes[i];
      int kind = CharKind.ascii(c);
      boolean same = kind == (three & (1 << CharKind.BITS) - 1);
      three = (three << CharKind.BITS | kind) & THREE_MASK;
      int twoKinds = (three & KIND_MASK) << 4;
      int triple = (hashed * CHAIN + c) * SPREAD >>> TRIPLE_SHIFT;
      sum +=
          weights.asciiBorder(
              before << 7 | c,
              THREE_FIRST + three,
              RUN_FIRST + (twoKinds | alike),
              WORD_FIRST + (twoKinds | letters),
              TRIPLE_FIRST + triple);
      hashed = before * CHAIN + c;
      before = c;
      alike = same ? Math.min(alike + 1, LONGEST) : 1;
      letters = CharKind.isLetter(kind) ? Math.min(letters + 1, LONGEST) : 0;
    }
    character = before;
    chain = hashed;
    kinds = three;
    run = alike;
    word = letters;
    shares = sum;
    return i;
  }

  /** Shares of the bytes that {@link #ascii} walked over last, added up. */
  long shares() {
    return shares;
  }

  /** Kind of the character looked at. */
  int kind() {
    return kinds & (1 << CharKind.BITS) - 1;
  }

  /** Whether a token certainly ends in front of the character looked at: digits stand alone. */
  public boolean certain() {
    return certain(kinds & KIND_MASK);
  }

  /** Whether a token certainly ends between two characters of these kinds. */
  static boolean certain(int twoKinds) {
    int left = twoKinds >> CharKind.BITS;
    int right = twoKinds & (1 << CharKind.BITS) - 1;
    return left == CharKind.NONE || left == CharKind.DIGIT || right == CharKind.DIGIT;
  }

  /** Where the weights for the border in front of the character are, the kinds alone. */
  int kindsSlot() {
    return kinds & KIND_MASK;
  }

  /** Slot for whether the vocabulary lacks the character. */
  int unknown() {
    return UNKNOWN_FIRST + ((character * SPREAD) >>> UNKNOWN_SHIFT);
  }

  /** The same for the characters around it. */
  int unknownBlock() {
    return UNKNOWN_BLOCK_FIRST + (((character >> 6) * SPREAD) >>> UNKNOWN_BLOCK_SHIFT);
  }

  /**
   * Writes all slots of the character looked at: what calibration learns from.
   *
   * @param into gets {@link #SLOTS} slots, those of the border first
   * @param at index of the first
   */
  public void slots(int[] into, int at) {
    into[at] = kindsSlot();
    into[at + 1] = threeKinds;
    into[at + 2] = runSlot;
    into[at + 3] = wordSlot;
    into[at + 4] = block;
    into[at + 5] = characterSlot;
    into[at + 6] = pair;
    into[at + 7] = triple;
    into[at + 8] = unknown();
    into[at + 9] = unknownBlock();
  }

  /** Bytes beyond the first that the character has in UTF-8: so many tokens more if unknown. */
  public static int moreBytes(int c) {
    return c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  }

  /**
   * Weight before any calibration that the vocabulary lacks the character looked at: an even chance
   * for scripts of the past, private use and the unassigned; small for the rest.
   */
  public int unknownBias() {
    return kind() == CharKind.RARE
        ? 0
        : kind() == CharKind.OTHER ? -2 * TokenWeights.ONE : -4 * TokenWeights.ONE;
  }
}
