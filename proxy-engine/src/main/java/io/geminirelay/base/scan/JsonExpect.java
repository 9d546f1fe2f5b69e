package io.geminirelay.base.scan;

/** What the grammar of JSON wants next. */
enum JsonExpect {
  VALUE,
  NAME,
  NAME_COLON,
  SEPARATOR
}
