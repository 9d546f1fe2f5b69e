package io.geminirelay.base.scan;

/** What a scanner of JSON is in the middle of. */
enum JsonPlace {
  NONE,
  SKIPPED_STRING,
  KEPT_STRING,
  WORD
}
