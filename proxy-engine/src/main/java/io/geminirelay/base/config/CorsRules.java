package io.geminirelay.base.config;

import java.time.Duration;
import java.util.List;

/**
 * What pages of other origins may do, as the Fetch standard's CORS protocol tells it to browsers.
 *
 * @param origins origins that may call, as browsers write them, or {@code *} alone for all; empty
 *     when CORS is off
 * @param allowedHeaders names of request headers a page may set; {@code *} stands for all others
 * @param methods methods a page may use
 * @param exposeHeaders names of answer headers a page may read beside the few that are always open
 * @param maxAge how long a browser may remember the answer to a preflight
 * @param credentials whether a browser may send cookies and client certificates along
 */
public record CorsRules(
    List<String> origins,
    List<String> allowedHeaders,
    List<String> methods,
    List<String> exposeHeaders,
    Duration maxAge,
    boolean credentials) {

  /** Stands for every origin, or for every header. */
  public static final String ANY = "*";

  /**
   * Used where nothing is set: off. The headers are those that Google's and OpenAI's clients for
   * JavaScript send, by name for browsers that do not know {@code *}. The age is the longest that
   * Chromium keeps to.
   */
  public static final CorsRules STANDARD =
      new CorsRules(
          List.of(),
          List.of(
              "authorization",
              "content-type",
              "x-goog-api-key",
              "x-goog-api-client",
              "x-goog-user-project",
              "x-goog-upload-command",
              "x-goog-upload-file-name",
              "x-goog-upload-header-content-length",
              "x-goog-upload-header-content-type",
              "x-goog-upload-offset",
              "x-goog-upload-protocol",
              "x-server-timeout",
              "x-api-key",
              "idempotency-key",
              "openai-beta",
              "openai-organization",
              "openai-project",
              "x-stainless-arch",
              "x-stainless-helper-method",
              "x-stainless-lang",
              "x-stainless-os",
              "x-stainless-package-version",
              "x-stainless-retry-count",
              "x-stainless-runtime",
              "x-stainless-runtime-version",
              "x-stainless-timeout",
              "x-request-id",
              "traceparent",
              "tracestate",
              ANY),
          List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
          List.of(
              "x-request-id",
              "retry-after",
              "location",
              "content-disposition",
              "server-timing",
              "x-gemini-service-tier",
              "x-goog-upload-chunk-granularity",
              "x-goog-upload-control-url",
              "x-goog-upload-size-received",
              "x-goog-upload-status",
              "x-goog-upload-url"),
          Duration.ofHours(2),
          false);

  /** Whether any page may call at all. */
  public boolean enabled() {
    return !origins.isEmpty();
  }

  /** Whether every page may call. */
  public boolean anyOrigin() {
    return origins.contains(ANY);
  }
}
