package io.geminirelay.base.config;

/**
 * What is reported.
 *
 * @param logLevel ERROR, WARN, INFO, DEBUG or TRACE
 */
public record TelemetryConfig(String logLevel) {

  /** Used where nothing is set: INFO. */
  public static final TelemetryConfig STANDARD = new TelemetryConfig("INFO");
}
