package io.geminirelay.base.config;

/** Whose requests are refused first when not all can be served; in that order. */
public enum Priority {
  /** Refused first. */
  LOW,
  /** As most are. */
  NORMAL,
  /** Refused last. */
  HIGH
}
