package io.geminirelay.testing.sim;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which credential Google takes where: exactly one; on native paths the header or the parameter, on
 * OpenAI-compatible ones Bearer alone. Thread-safe.
 */
final class CredentialRule {
  private final Map<String, String> projects = new ConcurrentHashMap<>();

  /** Registers a key; as long as there is none, every key is accepted. */
  void add(String key, String project) {
    projects.put(key, project);
  }

  /** The project that the request counts against. */
  String project(ReceivedRequest request) {
    return projects.getOrDefault(String.valueOf(request.key()), "default");
  }

  @Nullable GoogleError refuse(ReceivedRequest request) {
    List<Credential> found = Credential.of(request);
    if (found.size() > 1) {
      return Errors.badRequest(
          "Multiple authentication credentials received. Please pass only one.");
    }
    boolean bearer = !found.isEmpty() && found.get(0).place() == Credential.Place.BEARER;
    if (request.isOpenAi() && !bearer) {
      return Errors.badRequest("Missing or invalid Authorization header.");
    }
    if (found.isEmpty()) {
      return Errors.plain(
          403,
          "PERMISSION_DENIED",
          "Method doesn't allow unregistered callers (callers without established identity). Please"
              + " use API Key or other form of API consumer identity to call this API.");
    }
    if (bearer && !request.isOpenAi()) {
      return bearerOnNativePath();
    }
    boolean known = projects.isEmpty() || projects.containsKey(found.get(0).value());
    return known ? null : Errors.keyInvalid();
  }

  private static GoogleError bearerOnNativePath() {
    return new GoogleError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie"
            + " or other valid authentication credential.",
        List.of(
            ErrorDetails.info(
                "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                Json.object("service", "generativelanguage.googleapis.com"))));
  }
}
