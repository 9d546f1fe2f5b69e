package io.geminirelay.base.scan;

/**
 * Hears from a {@link MemberScanner} what it found at the watched paths.
 *
 * <p>Called on the thread that feeds the scanner, in the order of the bytes.
 */
interface MemberListener {
  /**
   * A watched member's value begins and is an object or an array; also the top-level value and the
   * elements of a top-level array, with {@link MemberPaths#ROOT}.
   *
   * @param path number of the member's path
   * @param object true for an object, false for an array
   */
  void opened(int path, boolean object);

  /**
   * A watched member's value is complete and is a string, number or literal; also a top-level
   * scalar, with {@link MemberPaths#ROOT} and a text of no meaning.
   *
   * @param path number of the member's path
   * @param string true for a string, false for a number or literal
   * @param text the value, valid only during the call
   */
  void value(int path, boolean string, ScanText text);

  /** An element of a top-level array is complete. */
  void elementEnded();

  /**
   * A top-level value is complete.
   *
   * @param array true if it was an array
   */
  void ended(boolean array);
}
