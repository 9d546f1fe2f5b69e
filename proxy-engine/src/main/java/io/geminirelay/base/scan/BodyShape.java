package io.geminirelay.base.scan;

/** What the beginning of an answer's body shows it to be. */
enum BodyShape {
  UNDECIDED,
  EVENTS,
  ARRAY,
  OBJECT,
  FOREIGN
}
