package io.geminirelay.base.scan;

/** What a body that has ended looks like to {@link StreamScanner}. */
public enum Ending {
  /** Everything that marks the end in this dialect was there. */
  WHOLE,
  /** The body stopped in the middle, or before the mark of its end. */
  TRUNCATED,
  /** There was no event and no value. */
  EMPTY,
  /** Not a dialect with a known end: nothing can be said. */
  UNKNOWN
}
