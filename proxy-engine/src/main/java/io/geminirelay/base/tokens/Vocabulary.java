package io.geminirelay.base.tokens;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A byte-pair vocabulary, read from a file: the pieces a text falls into, and how they merge.
 *
 * <p>Only what counting needs is kept, in arrays of primitives: no text of a piece and no object
 * for each. Immutable and thread safe: one serves all event loops.
 */
public final class Vocabulary {
  private final Characters characters;
  private final Merges merges;
  private final Joins joins;
  private final AddedTokens added;
  private final int pieces;

  Vocabulary(Characters characters, Merges merges, Joins joins, AddedTokens added, int pieces) {
    this.characters = characters;
    this.merges = merges;
    this.joins = joins;
    this.added = added;
    this.pieces = pieces;
  }

  /**
   * Reads a {@code tokenizer.json} of Hugging Face's tokenizers: model BPE with byte fallback, a
   * normalizer that replaces one character by another or none, no splitting beyond that, and added
   * tokens. Takes the better part of a second for 262,144 pieces: not for an event loop.
   *
   * <p>Added tokens marked as special stand for the frame of a conversation. They are not looked
   * for in texts, where they are but characters that somebody wrote.
   *
   * @throws VocabularyException if the file cannot be read, is damaged, or asks for what is not
   *     understood here; the message says what is wrong and what to do
   */
  public static Vocabulary load(Path file) throws VocabularyException {
    try {
      return VocabularyReader.read(file);
    } catch (VocabularyException e) {
      throw e;
    } catch (IOException e) {
      throw new VocabularyException(file, "cannot be read (" + e + ")", e);
    }
  }

  Characters characters() {
    return characters;
  }

  Merges merges() {
    return merges;
  }

  Joins joins() {
    return joins;
  }

  AddedTokens added() {
    return added;
  }

  /** Number of pieces. */
  public int pieces() {
    return pieces;
  }

  /** Number of merges. */
  public int mergeCount() {
    return merges.size();
  }

  /** Memory held, in bytes, without the headers of objects. */
  public long sizeBytes() {
    return characters.sizeBytes() + merges.sizeBytes() + joins.sizeBytes() + added.sizeBytes();
  }
}
