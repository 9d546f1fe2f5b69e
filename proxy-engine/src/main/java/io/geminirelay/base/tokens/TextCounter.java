package io.geminirelay.base.tokens;

import io.netty.buffer.ByteBuf;

/**
 * Counts the tokens of texts whose bytes come in pieces.
 *
 * <p>A text is begun, given in order, and ended; then the next may begin. Texts may be a hundred
 * megabytes long: the count runs along with them, and memory does not grow with them. Not
 * thread-safe: one belongs to one request at a time. Invalid UTF-8 never throws: each invalid
 * sequence counts as the replacement character.
 */
public interface TextCounter {

  /** Forgets every text, to count for another request. */
  void reset();

  /** Begins a text. */
  void begin();

  /**
   * The next bytes of the text: UTF-8, cut anywhere, also within a character.
   *
   * @param buf borrowed; neither index is used or moved
   * @param from index of the first byte
   * @param to index behind the last byte
   */
  void look(ByteBuf buf, int from, int to);

  /**
   * The next character of the text, where it did not come as bytes but escaped.
   *
   * @param codePoint 0 to 0x10FFFF; a lone surrogate counts as the replacement character
   */
  void character(int codePoint);

  /** Ends the text. */
  void end();

  /** A whole text. */
  default void text(String text) {
    begin();
    text.codePoints().forEach(this::character);
    end();
  }

  /**
   * Tokens of all texts since the last reset. Of one that has not ended, what is certain: the
   * number never falls.
   */
  long tokens();
}
