package io.geminirelay.base.scan;

import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;

/**
 * Hears from a {@link JsonScanner} what a document holds, in its order. Texts come in pieces as
 * they arrive and are never collected by the scanner, so that a listener keeps only what it needs.
 *
 * <p>Called on the thread that feeds the scanner.
 */
public interface JsonListener {

  /** An object begins, or an array where {@code object} is false. */
  void opened(boolean object);

  /** The object or array that was begun last ends. */
  void closed(boolean object);

  /** The name of the member whose value comes next. */
  void name(String name);

  /** A string value begins. */
  void beginText();

  /**
   * The next bytes of the string, without escapes; not checked to be UTF-8, may be cut within a
   * character.
   *
   * @param buf borrowed; neither index is used or moved
   */
  void text(ByteBuf buf, int from, int to);

  /**
   * The next character of the string, which was escaped.
   *
   * @param codePoint surrogate pairs are put together; a lone surrogate comes as it is
   */
  void character(int codePoint);

  /** The string ends. */
  void endText();

  /**
   * A number or literal.
   *
   * @param token which of them
   * @param whole the number if it is whole and fits, otherwise {@link JsonScanner#NO_NUMBER}
   */
  void scalar(JsonToken token, long whole);
}
