package io.geminirelay.base.config;

/** What a line of the log looks like. */
public enum LogFormat {
  /** One JSON object a line, for programs. */
  JSON,
  /** Words, for people. */
  TEXT
}
