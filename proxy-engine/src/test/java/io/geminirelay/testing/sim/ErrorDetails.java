package io.geminirelay.testing.sim;

import java.util.List;
import java.util.Map;

/** The details inside Google's errors, see google/rpc/error_details.proto. */
final class ErrorDetails {
  static final String RPC = "type.googleapis.com/google.rpc.";

  private ErrorDetails() {}

  static Map<String, Object> info(String reason, Map<String, Object> metadata) {
    return Json.object(
        "@type",
        RPC + "ErrorInfo",
        "reason",
        reason,
        "domain",
        "googleapis.com",
        "metadata",
        metadata);
  }

  static Map<String, Object> localized(String message) {
    return Json.object("@type", RPC + "LocalizedMessage", "locale", "en-US", "message", message);
  }

  static Map<String, Object> help(String description, String url) {
    return Json.object(
        "@type",
        RPC + "Help",
        "links",
        List.of(Json.object("description", description, "url", url)));
  }
}
