package io.geminirelay.flow.keys.verdict;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream error body says, without its texts: Google prints keys in them.
 *
 * @param code HTTP status named inside, or 0
 * @param status Google's status name or the interactions API's code, or empty
 * @param reasons reasons of its {@code ErrorInfo} details
 * @param violations limits that were exceeded
 * @param limitZero whether a limit is zero, so that waiting does not help
 * @param retryDelay time named for the next try, or null
 * @param project {@code projects/…} of the consumer, or empty
 * @param signs what its message says where no reason does
 * @see <a href="https://cloud.google.com/apis/design/errors#error_model">Error model</a>
 */
public record ErrorBody(
    int code,
    String status,
    List<String> reasons,
    List<QuotaViolation> violations,
    boolean limitZero,
    @Nullable Duration retryDelay,
    String project,
    Set<Sign> signs) {

  /** A body that could not be read, or is none. */
  public static final ErrorBody EMPTY =
      new ErrorBody(0, "", List.of(), List.of(), false, null, "", Set.of());

  /** What a message says. */
  public enum Sign {
    /** The key was reported as leaked. */
    LEAKED,
    /** The key or its owner was suspended. */
    SUSPENDED,
    /** The project was denied access. */
    PROJECT_DENIED,
    /** The API is not switched on in the project. */
    SERVICE_DISABLED,
    /** The key is wrong or expired. */
    KEY_INVALID,
    /** Requests from this address are not served. */
    LOCATION
  }

  /** Whether a day's quota is among those exceeded. */
  public boolean perDay() {
    return !quotaNamed("PerDay").isEmpty();
  }

  /** The first exceeded quota whose name has {@code part}, or empty. */
  public String quotaNamed(String part) {
    for (QuotaViolation each : violations) {
      if (each.quotaId().contains(part)) {
        return each.quotaId();
      }
    }
    return "";
  }

  /** The first exceeded quota, or empty. */
  public String quotaId() {
    return violations.isEmpty() ? "" : violations.get(0).quotaId();
  }

  /** Whether it gives any of {@code names} as its reason. */
  public boolean hasReason(Set<String> names) {
    return reasons.stream().anyMatch(names::contains);
  }
}
