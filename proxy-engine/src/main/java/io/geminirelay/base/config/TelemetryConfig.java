package io.geminirelay.base.config;

/**
 * What is reported.
 *
 * @param logLevel ERROR, WARN, INFO, DEBUG or TRACE
 * @param logFormat what a line of the log looks like
 */
public record TelemetryConfig(String logLevel, LogFormat logFormat) {

  /** Used where nothing is set: INFO, as JSON. */
  public static final TelemetryConfig STANDARD = new TelemetryConfig("INFO", LogFormat.JSON);
}
