package io.geminirelay.base.scan;

/** Where in the lines of a body a scanner stands. */
enum LinePlace {
  LINE_START,
  FIELD,
  BLANK_OR_DATA,
  DATA,
  MARK_OR_ARRAY,
  MARK,
  REST_OF_LINE,
  BARE
}
