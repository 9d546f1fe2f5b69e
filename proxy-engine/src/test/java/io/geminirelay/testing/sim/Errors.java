package io.geminirelay.testing.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The errors that Google's API is known to answer with, in the shapes that were recorded. */
public final class Errors {
  private static final String SERVICE = "generativelanguage.googleapis.com";
  private static final String SPENT =
      "You exceeded your current quota, please check your plan and billing details. For more"
          + " information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
          + " To monitor your current usage, head to: https://ai.dev/rate-limit. ";

  private Errors() {}

  /** One spent limit, as a violation names it. */
  public record Violation(String metric, String quotaId, String model, long limit) {}

  /** 429 of a free daily request limit of 20, though a delay of seconds is named. */
  public static GoogleError tooManyRequestsPerDay() {
    return tooManyRequestsPerDay("gemini-2.5-flash");
  }

  /** 429 of a free daily request limit of 20 for this model. */
  public static GoogleError tooManyRequestsPerDay(String model) {
    return quota("38.412907115s", "38s", List.of(QuotaLimit.REQUESTS_PER_DAY.free(model, 20)));
  }

  /** 429 of a free limit of 5 requests a minute, over in 24 seconds. */
  public static GoogleError tooManyRequestsPerMinute() {
    return tooManyRequestsPerMinute("gemini-2.5-flash", 24);
  }

  /** 429 of a free limit of 5 requests a minute, over in so many seconds. */
  public static GoogleError tooManyRequestsPerMinute(String model, long retrySeconds) {
    return quota(
        retrySeconds + ".660853464s",
        retrySeconds + "s",
        List.of(QuotaLimit.REQUESTS_PER_MINUTE.free(model, 5)));
  }

  /** 429 of a project that has no free quota for the model at all. */
  public static GoogleError noFreeQuota(String model) {
    return quota(
        "19.2s",
        "19s",
        List.of(
            QuotaLimit.INPUT_TOKENS_PER_MINUTE.free(model, 0),
            QuotaLimit.REQUESTS_PER_MINUTE.free(model, 0),
            QuotaLimit.REQUESTS_PER_DAY.free(model, 0)));
  }

  /** 429 that names nothing: no limit, no delay. */
  public static GoogleError tooManyRequestsNoDetail() {
    return plain(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).");
  }

  /** 429 with these violations, in the order of details that Google used in 2026. */
  public static GoogleError quota(
      String delayInMessage, String retryDelay, List<Violation> violations) {
    StringBuilder message = new StringBuilder(SPENT);
    List<Object> listed = new ArrayList<>();
    for (Violation spent : violations) {
      message.append("\n* Quota exceeded for metric: ").append(spent.metric());
      message.append(", limit: ").append(spent.limit()).append(", model: ").append(spent.model());
      listed.add(
          Json.object(
              "quotaMetric", spent.metric(),
              "quotaId", spent.quotaId(),
              "quotaDimensions", Json.object("location", "global", "model", spent.model()),
              "quotaValue", spent.limit() == 0 ? null : Long.toString(spent.limit())));
    }
    message.append("\nPlease retry in ").append(delayInMessage).append('.');
    return new GoogleError(
        429,
        "RESOURCE_EXHAUSTED",
        message.toString(),
        List.of(
            ErrorDetails.help(
                "Learn more about Gemini API quotas",
                "https://ai.google.dev/gemini-api/docs/rate-limits"),
            Json.object("@type", ErrorDetails.RPC + "QuotaFailure", "violations", listed),
            Json.object("@type", ErrorDetails.RPC + "RetryInfo", "retryDelay", retryDelay)));
  }

  /** 400 of a key that does not exist. */
  public static GoogleError keyInvalid() {
    return keyProblem("API key not valid. Please pass a valid API key.");
  }

  /** 400 of a key past its time: the same reason, another message. */
  public static GoogleError keyExpired() {
    return keyProblem("API key expired. Please renew the API key.");
  }

  /** 403 of a suspended key, with the whole key in three places. */
  public static Reaction keySuspended() {
    return (request, usual) -> keySuspended(String.valueOf(request.key())).answerTo(request);
  }

  /** 403 of a suspended key, with this key in three places. */
  public static GoogleError keySuspended(String key) {
    String message = "Permission denied: Consumer 'api_key:" + key + "' has been suspended.";
    Map<String, Object> metadata =
        Json.object(
            "consumer",
            "projects/123456789012",
            "service",
            SERVICE,
            "containerInfo",
            "api_key:" + key);
    return new GoogleError(
        403,
        "PERMISSION_DENIED",
        message,
        List.of(
            ErrorDetails.info("CONSUMER_SUSPENDED", metadata), ErrorDetails.localized(message)));
  }

  /** 403 of a key that was found in public. */
  public static GoogleError keyLeaked() {
    return plain(
        403,
        "PERMISSION_DENIED",
        "Your API key was reported as leaked. Please use another API key.");
  }

  /** 403 of a project that has not switched the API on. */
  public static GoogleError serviceDisabled(String project) {
    String url =
        "https://console.developers.google.com/apis/api/"
            + SERVICE
            + "/overview?project="
            + project;
    return new GoogleError(
        403,
        "PERMISSION_DENIED",
        "Generative Language API has not been used in project "
            + project
            + " before or it is disabled. Enable it by visiting "
            + url
            + " then retry. If you enabled this API recently, wait a few minutes for the action to"
            + " propagate to our systems and retry.",
        List.of(
            ErrorDetails.help("Google developers console API activation", url),
            ErrorDetails.info(
                "SERVICE_DISABLED",
                Json.object("service", SERVICE, "consumer", "projects/" + project))));
  }

  /** 403 of a file that belongs to another project or is gone. */
  public static GoogleError fileForbidden(String file) {
    return plain(
        403,
        "PERMISSION_DENIED",
        "You do not have permission to access the File " + file + " or it may not exist.");
  }

  /** 400 of an address that Google does not serve. */
  public static GoogleError locationNotSupported() {
    return plain(400, "FAILED_PRECONDITION", "User location is not supported for the API use.");
  }

  /** 400 that blames the request. */
  public static GoogleError badRequest(String message) {
    return plain(400, "INVALID_ARGUMENT", message);
  }

  /** 404 of an unknown model. */
  public static GoogleError notFound(String model, String method) {
    return plain(
        404,
        "NOT_FOUND",
        "models/"
            + model
            + " is not found for API version v1beta, or is not supported for "
            + method
            + ". Call ListModels to see the list of available models and their supported methods.");
  }

  /** 500. */
  public static GoogleError internal500() {
    return plain(
        500,
        "INTERNAL",
        "An internal error has occurred. Please retry or report in"
            + " https://developers.generativeai.google/guide/troubleshooting");
  }

  /** 503 of an overloaded model. */
  public static GoogleError overloaded503() {
    return plain(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
  }

  /** 502 of Google's front end: a page, not JSON. */
  public static Reaction badGateway502() {
    return Reaction.of(frontEndPage(502, "Bad Gateway"));
  }

  /** 504 with Google's deadline error. */
  public static GoogleError gatewayTimeout504() {
    return plain(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.");
  }

  /** 200 with nothing in it. */
  public static Reaction emptyOk() {
    return (request, usual) ->
        request.path().contains("stream")
            ? Answer.stream(200, Dress.stream("text/event-stream", request.isOpenAi()), List.of())
            : Answer.of(200, Dress.headers("application/json; charset=UTF-8"), new byte[0]);
  }

  /** 404 of a path that is not part of the API: a page without a body. */
  public static Answer noSuchPath() {
    return Answer.of(404, Dress.headers("text/html"), new byte[0]);
  }

  static GoogleError plain(int code, String status, String message) {
    return new GoogleError(code, status, message, List.of());
  }

  private static GoogleError keyProblem(String message) {
    return new GoogleError(
        400,
        "INVALID_ARGUMENT",
        message,
        List.of(
            ErrorDetails.info("API_KEY_INVALID", Json.object("service", SERVICE)),
            ErrorDetails.localized(message)));
  }

  private static Answer frontEndPage(int status, String title) {
    return Answer.of(
        status,
        "text/html; charset=UTF-8",
        "<!DOCTYPE html>\n<html lang=en>\n  <title>Error "
            + status
            + " ("
            + title
            + ")!!1</title>\n"
            + "  <p><b>"
            + status
            + ".</b> <ins>That’s an error.</ins>\n");
  }
}
