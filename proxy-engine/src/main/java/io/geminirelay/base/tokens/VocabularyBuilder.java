package io.geminirelay.base.tokens;

import org.jspecify.annotations.Nullable;

/**
 * Takes a vocabulary in the order it is read and makes the tables that count. What is wrong with a
 * part comes back as the end of a sentence. Not thread-safe; made for one vocabulary.
 */
final class VocabularyBuilder {
  private final PieceTable pieces = new PieceTable();
  private final Characters characters = new Characters();
  private final Merges merges = new Merges();
  private final Joins joins = new Joins();
  private final AddedTokens added = new AddedTokens();

  /** Adds a piece; returns what is wrong with it, or null. */
  @Nullable String piece(String text) {
    if (pieces.size() == Merges.MAX_PIECES) {
      return "is one too many; " + Merges.MAX_PIECES + " are the most";
    }
    int piece = pieces.add(text);
    if (piece == PieceTable.NONE) {
      return "is there twice: " + text;
    }
    if (pieces.isCharacter(piece)) {
      characters.put(pieces.first(piece), piece);
    }
    return null;
  }

  /** Number of a piece, or {@link PieceTable#NONE}. */
  int find(char[] text, int from, int length) {
    return pieces.find(text, from, length);
  }

  /** Adds a merge in the form {@code left right}; returns what is wrong with it, or null. */
  @Nullable String merge(char[] text, int from, int length) {
    int to = from + length;
    int space = from;
    while (space < to && text[space] != ' ') {
      space++;
    }
    if (space == to) {
      return "has no space between its pieces";
    }
    return merge(find(text, from, space - from), find(text, space + 1, to - space - 1));
  }

  /** Adds a merge of the next rank; returns what is wrong with it, or null. */
  @Nullable String merge(int left, int right) {
    if (merges.size() == Merges.MAX_MERGES) {
      return "is one too many; " + Merges.MAX_MERGES + " are the most";
    }
    if (left == PieceTable.NONE || right == PieceTable.NONE) {
      return "names a piece that model.vocab does not have";
    }
    int product = pieces.findJoined(left, right);
    if (product == PieceTable.NONE) {
      return "makes a piece that model.vocab does not have";
    }
    if (pieces.isEmpty(left) || pieces.isEmpty(right)) {
      return "names an empty piece";
    }
    merges.add(left, right, product);
    int last = characters.piece(pieces.last(left));
    int first = characters.piece(pieces.first(right));
    if (last != Characters.NONE && first != Characters.NONE) {
      joins.add(last, first);
    }
    return null;
  }

  /** After all pieces and merges: one character is to be taken for another. */
  void replace(int from, int to) {
    characters.put(from, characters.piece(to));
  }

  /** Adds a text that is a token before anything is merged. */
  void added(String text) {
    added.add(text);
  }

  int pieces() {
    return pieces.size();
  }

  int merges() {
    return merges.size();
  }

  /** The vocabulary; nothing may be added afterwards. */
  Vocabulary build() {
    merges.complete();
    joins.complete(characters);
    return new Vocabulary(characters, merges, joins, added, pieces.size());
  }
}
