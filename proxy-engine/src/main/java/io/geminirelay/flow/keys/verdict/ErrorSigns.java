package io.geminirelay.flow.keys.verdict;

import io.geminirelay.flow.keys.verdict.ErrorBody.Sign;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads what an error's message says where no reason does.
 *
 * <p>Google's messages repeat what a request said: names of fields, models and files. So a message
 * counts only where it begins with a text of Google's own, up to the first word that is not, and
 * has the status that comes with it: nobody can make a key, a project or an exit look broken by a
 * request. Pure.
 */
final class ErrorSigns {
  private static final String BAD = "INVALID_ARGUMENT";
  private static final String DENIED = "PERMISSION_DENIED";
  private static final String PRECONDITION = "FAILED_PRECONDITION";

  /** The consumer is the key, or its project's number. */
  private static final Pattern SUSPENDED =
      fixed("Permission denied: Consumer '[\\w:.-]{1,200}' has been suspended");

  private static final Pattern LEAKED = fixed("Your API key was reported as leaked");
  private static final Pattern PROJECT_DENIED = fixed("Your project has been denied access");
  private static final Pattern SERVICE_DISABLED =
      fixed("(?:Generative Language|Gemini) API has not been used in project \\d");
  private static final Pattern KEY_INVALID = fixed("API key (?:not valid|expired)\\.");
  private static final Pattern LOCATION = fixed("User location is not supported");

  private ErrorSigns() {}

  private static Pattern fixed(String beginning) {
    return Pattern.compile(beginning, Pattern.CASE_INSENSITIVE);
  }

  /** The signs in {@code message} of an error with Google's {@code status} name. */
  static Set<Sign> of(String status, String message) {
    Set<Sign> signs = EnumSet.noneOf(Sign.class);
    switch (status) {
      case BAD -> add(signs, Sign.KEY_INVALID, KEY_INVALID, message);
      case PRECONDITION -> add(signs, Sign.LOCATION, LOCATION, message);
      case DENIED -> {
        add(signs, Sign.LEAKED, LEAKED, message);
        add(signs, Sign.SUSPENDED, SUSPENDED, message);
        add(signs, Sign.PROJECT_DENIED, PROJECT_DENIED, message);
        add(signs, Sign.SERVICE_DISABLED, SERVICE_DISABLED, message);
      }
      default -> {}
    }
    return Set.copyOf(signs);
  }

  private static void add(Set<Sign> signs, Sign sign, Pattern beginning, String message) {
    if (beginning.matcher(message).lookingAt()) {
      signs.add(sign);
    }
  }
}
